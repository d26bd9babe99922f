"""No table of requests: Gradio makes one with pandas for its monitoring page, also where that page is off.

It would cost a visitor's answer milliseconds, and a sleeping Space the import.

    keep_no_statistics()                       # before a page's queue is made
"""

import os


def keep_no_statistics() -> None:
    """Leave out the table."""
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))  # requests between two tables
    os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")
