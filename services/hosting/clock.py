"""The time as everything here writes it: UNIX milliseconds in UTC."""

import time


def now() -> int:
    return time.time_ns() // 1_000_000
