"""What the apps do not meet yet: the one list of expected failures of the contract, each with its reason.

A key is a test's name with its parameters, as pytest shows it. A failure that does not come is an error: what
has been mended leaves the list.
"""

EXPECTED_FAILURES: dict[str, str] = {}
