"""Memory for the next report, held while there is none. DuckDB has malloc give back all that is free as soon as its own
threads were idle for half a second, and the next report would ask for it again page by page: a tenth to a third of the
time it takes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from eventlet import patcher

from services.analysis.memory import is_kept
from services.analysis.rows import Column

_threading = patcher.original("threading")

HELD = 64 << 20
"""bytes"""
_BLOCK = 256 << 10
_PAGE = 4096


class Reserve:
    """Nothing is held where malloc would not keep it."""

    def __init__(self) -> None:
        self._blocks: list[Column] = []
        self._reports = 0
        self._lock = _threading.Lock()

    @property
    def held(self) -> int:
        """bytes"""
        return sum(block.nbytes for block in self._blocks)

    def fill(self, most: int) -> None:
        """Take so many bytes of it from the kernel already, if no report is at work."""
        with self._lock:
            if not self._reports:
                self._hold()
                for block in self._blocks[: most // _BLOCK]:
                    block[::_PAGE] = 0

    @contextmanager
    def lent(self) -> Iterator[None]:
        """To a report, or to several at once."""
        with self._lock:
            self._reports += 1
            self._blocks.clear()
        try:
            yield
        finally:
            with self._lock:
                self._reports -= 1
                if not self._reports:
                    self._hold()

    def _hold(self) -> None:
        if is_kept():
            self._blocks = [np.empty(_BLOCK, np.uint8) for _ in range(HELD // _BLOCK)]


RESERVE = Reserve()
"""of the process, as malloc is"""
