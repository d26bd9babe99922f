"""Tables to take away."""

from shared.forest.export import safe_csv
from shared.forest.read_table import read_table


def test_formulas_are_harmless_in_what_is_taken_away():
    text = safe_csv(
        ["=name", "price"],
        [
            ["=1+2", -4.5],
            ["@x", None],
            ["-3", 1],
            ["+1,5", 2],
            [" =A1", 3],
            ["-", 4],
            ["a,b", 5],
            ["-5 %", 6],
        ],
    )
    assert text == ("'=name,price\n'=1+2,-4.5\n'@x,\n-3,1\n\"'+1,5\",2\n' =A1,3\n'-,4\n\"a,b\",5\n'-5 %,6\n")
    assert read_table(text.encode()).row(6) == {"'=name": "a,b", "price": "5"}
