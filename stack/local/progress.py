"""One line a step, with its seconds: what `make up` shows."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_QUICK = 0.3  # seconds; a step that had nothing to do is not worth a line


@contextmanager
def step(title: str) -> Iterator[None]:
    live = sys.stdout.isatty()
    if live:
        print(f"  {title} …", end="", flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        if live:
            print()
        raise
    seconds = time.monotonic() - start
    if live:
        print("\r\033[K", end="")
    if seconds >= _QUICK:
        print(f"  {title:<44}{seconds:6.1f} s", flush=True)
