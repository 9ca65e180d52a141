"""Columns set aside until they are asked for again, some rows at a time: as many as may be in memory, the others in a
file that has no name.
"""

import os
import tempfile
from pathlib import Path
from typing import IO

import numpy as np

from services.analysis.rows import Column

IN_MEMORY = 64_000_000
"""bytes of one report"""


class Kept:
    """A column set aside."""

    def __init__(self, column: Column, file: IO[bytes] | None = None) -> None:
        self._length, self._row, self._dtype = len(column), column.shape[1:], column.dtype
        self._column = column if file is None else None
        self._file = file
        if file is not None:
            self._place = file.tell()
            np.ascontiguousarray(column).tofile(file)

    def __len__(self) -> int:
        return self._length

    def rows(self, begin: int = 0, end: int | None = None) -> Column:
        """Those from `begin` to before `end`; may be called in any thread."""
        end = self._length if end is None else end
        if self._file is None:
            assert self._column is not None, "what is in no file is in memory"
            return self._column[begin:end]
        row = self._dtype.itemsize * int(np.prod(self._row))
        data = os.pread(self._file.fileno(), (end - begin) * row, self._place + begin * row)
        return np.frombuffer(data, self._dtype).reshape(-1, *self._row)


class Spill:
    """`folder`: where the file is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bytes = 0
        self._file: IO[bytes] | None = None

    def keep(self, column: Column) -> Kept:
        """Not to be changed from now on. To be called in one thread alone."""
        if self._bytes + column.nbytes <= IN_MEMORY:
            self._bytes += column.nbytes
            return Kept(column)
        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0, dir=self._folder)  # noqa: SIM115  closed with this
        return Kept(column, self._file)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
