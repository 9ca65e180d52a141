"""Rows bound into sheaves as they come, to be had again sheaf by sheaf: so what is read session by session is gone
through visitor by visitor, and read once. What does not fit into memory waits in a file that has no name.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

import msgspec
import numpy as np

from services.analysis.rows import Column, Columns
from services.analysis.ways import by_number

IN_MEMORY = 64_000_000
"""bytes of rows; what comes beyond them is written"""


class Bound(msgspec.Struct):
    """Rows of one part, those of a sheaf together."""

    begins: Column
    """of each sheaf's rows, and the end of the last"""
    rows: Columns


class Written(msgspec.Struct):
    begins: Column
    places: dict[str, tuple[int, np.dtype]]
    """where each column begins in the file, and its type"""


class Sheaves:
    """`folder`: where the file is."""

    def __init__(self, sheaves: int, folder: Path) -> None:
        self.sheaves = sheaves
        self._folder = folder
        self._kept: list[Bound] = []
        self._bytes = 0
        self._written: list[Written] = []
        self._file: IO[bytes] | None = None

    def add(self, part: Bound) -> None:
        size = sum(column.nbytes for column in part.rows.values())
        if self._file is None and self._bytes + size <= IN_MEMORY:
            self._bytes += size
            self._kept.append(part)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0, dir=self._folder)  # noqa: SIM115  closed with this
        written = Written(part.begins, {})
        for name, column in part.rows.items():
            written.places[name] = self._file.tell(), column.dtype
            column.tofile(self._file)
        self._written.append(written)

    def each(self) -> Iterator[Callable[[], Columns]]:
        """What gives the rows of each sheaf, in the order in which the parts came; to be called in any thread."""
        for sheaf in range(self.sheaves):
            yield partial(self._rows, sheaf)

    def _rows(self, sheaf: int) -> Columns:
        names = (self._kept[0].rows if self._kept else self._written[0].places).keys()
        rows = {}
        for name in names:
            found = [part.rows[name][slice(*part.begins[sheaf : sheaf + 2])] for part in self._kept]
            found += [self._read(part, name, sheaf) for part in self._written]
            rows[name] = np.concatenate(found)
        return rows

    def _read(self, part: Written, name: str, sheaf: int) -> Column:
        assert self._file is not None, "where something was written there is a file"
        place, dtype = part.places[name]
        begin, end = part.begins[sheaf : sheaf + 2].tolist()
        data = os.pread(self._file.fileno(), (end - begin) * dtype.itemsize, place + begin * dtype.itemsize)
        return np.frombuffer(data, dtype)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def bound(sheaf: Column, sheaves: int, rows: Columns) -> Bound:
    """The rows, each in this one of the sheaves; those beyond the last are left out."""
    begins = np.append(0, np.bincount(sheaf, minlength=sheaves)[:sheaves].cumsum())
    order = by_number(sheaf)[: begins[-1]]
    return Bound(begins, {name: column[order] for name, column in rows.items()})
