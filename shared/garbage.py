"""Python's search for garbage, kept short, so that it holds nobody up.

Every few seconds of work Python looks through all objects for those that nothing reaches, and nobody is
answered meanwhile. What was imported stays for good: half a million objects, some 80 ms each time.

    gc.disable()           # as an app's module begins: there is no garbage while it is imported
    start()                # when it serves
    keep_for_good()        # when something large has been imported since
"""

import gc


def start() -> None:
    """Look for garbage again, where an app had it wait, but never among what is there by now."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def keep_for_good() -> None:
    """Never look among what is there by now; takes a tenth of a second."""
    gc.collect()
    gc.freeze()
