"""Rows bound into sheaves as they come, to be had again sheaf by sheaf: so what is read session by session is gone
through visitor by visitor, and read once.
"""

from collections.abc import Callable, Iterator
from functools import partial

import msgspec
import numpy as np

from services.analysis.rows import Column, Columns
from services.analysis.spill import Kept, Spill
from services.analysis.ways import by_number


class Bound(msgspec.Struct):
    """Rows of one part, those of a sheaf together."""

    begins: Column
    """of each sheaf's rows, and the end of the last"""
    rows: Columns


class Sheaves:
    def __init__(self, sheaves: int, spill: Spill) -> None:
        self.sheaves = sheaves
        self._spill = spill
        self._parts: list[tuple[Column, dict[str, Kept]]] = []

    def add(self, part: Bound) -> None:
        kept = {name: self._spill.keep(column) for name, column in part.rows.items()}
        self._parts.append((part.begins, kept))

    def each(self) -> Iterator[Callable[[], Columns]]:
        """What gives the rows of each sheaf, in the order in which the parts came; to be called in any thread."""
        for sheaf in range(self.sheaves):
            yield partial(self._rows, sheaf)

    def _rows(self, sheaf: int) -> Columns:
        _, names = self._parts[0]
        return {
            name: np.concatenate(
                [kept[name].rows(*begins[sheaf : sheaf + 2].tolist()) for begins, kept in self._parts]
            )
            for name in names
        }


def bound(sheaf: Column, sheaves: int, rows: Columns, order: Column) -> Bound:
    """The rows at the places of `order`, in that order; `sheaf` says of each row in which of the sheaves it is."""
    sheaf = sheaf.take(order)
    begins = np.append(0, np.bincount(sheaf, minlength=sheaves).cumsum())
    order = order.take(by_number(sheaf))
    return Bound(begins, {name: column.take(order) for name, column in rows.items()})
