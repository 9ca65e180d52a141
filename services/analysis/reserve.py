"""Memory for the next report, held while there is none. DuckDB has malloc give back all that is free as soon as its own
threads were idle for half a second, and the next report would ask for it again page by page: a tenth to a third of the
time it takes.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np
from eventlet import patcher

from services.analysis.memory import is_kept
from services.analysis.rows import Column

_threading = patcher.original("threading")

HELD = 96 << 20
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

    def fill(self, touched: int) -> None:
        """Hold it before the first report, if none is at work; of that many bytes the kernel's pages too."""
        with self._lock:
            if not self._reports:
                self._hold()
                for block in self._blocks[: touched // _BLOCK]:
                    block[::_PAGE] = 0

    def release(self) -> None:
        """Hold nothing until the next report has ended."""
        with self._lock:
            self._blocks.clear()

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
        self._blocks.clear()
        if is_kept():
            with suppress(MemoryError):  # no report that is answered fails because the next has less
                self._blocks += [np.empty(_BLOCK, np.uint8) for _ in range(HELD // _BLOCK)]


RESERVE = Reserve()
"""of the process, as malloc is"""
