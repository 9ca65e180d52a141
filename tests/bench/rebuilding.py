"""How fast the projection is built anew from the record."""

import re
import time
from collections.abc import Callable

from stack.local import Stack

PATIENCE = 300.0
"""seconds"""


def rebuilt(stack: Stack, whole: Callable[[], bool]) -> float:
    """Events/s of a projection that reads all of them from the record, as it says itself. `whole`: all of them are in
    the reports."""
    stack.stop("analysis")
    stack.projection.unlink()
    stack.start("analysis")
    end = time.perf_counter() + PATIENCE
    while not whole():
        if time.perf_counter() > end:
            raise SystemExit("the projection is not there again")
        time.sleep(0.1)
    *_, (events, seconds) = re.findall(r"read (\d+) events in ([\d.]+) s", stack.log("analysis").read_text())
    return int(events) / float(seconds)
