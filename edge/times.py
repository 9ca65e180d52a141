"""Times as they come from outside: UNIX milliseconds, or seconds where they are small enough to be."""

SECONDS_BELOW = 1e11
"""a time below this is in seconds"""


def milliseconds(time: float) -> int:
    """UNIX ms."""
    return int(time * 1000 if time < SECONDS_BELOW else time)
