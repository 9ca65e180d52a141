"""How long an account waits after wrong passwords: five tries are free, then the wait doubles from 30 s up to
15 min.
"""

FREE_TRIES = 5
FIRST_WAIT, LONGEST_WAIT = 30, 900
"""seconds"""
FORGOTTEN_AFTER = 24 * 3600
"""seconds without a try"""


MOST_TRIES = FREE_TRIES + 10
"""counted; from there on the wait is the longest"""


def wait_after(tries: int) -> int:
    """Seconds until the next try is taken, after that many wrong ones in a row."""
    if tries < FREE_TRIES:
        return 0
    return min(FIRST_WAIT << min(tries - FREE_TRIES, 10), LONGEST_WAIT)
