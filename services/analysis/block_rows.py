"""Blocks of imports turned into the typed columns of the events' tables: as `frame_rows`, with nothing made for
a single event.
"""

from collections.abc import Callable, Sequence
from itertools import chain

import duckdb
import numpy as np

from services.analysis.columns import GOODBYE, OUTCOMES, empty_rows
from services.analysis.dictionaries import Dictionaries, Texts
from services.analysis.rows import Column, Columns
from services.contracts.blocks import TEXTS, Block, tag
from services.contracts.frames import Click, Custom, Hover, Left, Move, Packed, Page, Seen


def block_rows(
    blocks: Sequence[Block], dictionaries: Dictionaries, connection: duckdb.DuckDBPyConnection
) -> Columns:
    """The events in the order of the blocks, with the columns of all kinds."""
    said = _Said(blocks, connection)
    kind = np.concatenate([block.kind for block in blocks])
    rows = empty_rows(len(kind))
    rows["kind"] = kind.astype(np.uint8)
    rows["time"] = np.concatenate([block.time for block in blocks])

    def put(of: type[Packed], columns: dict[str, Callable[[], Column]]) -> None:
        places = np.flatnonzero(kind == tag(of))
        if len(places):
            for name, column in columns.items():
                rows[name][places] = column()

    def numbers(of: type[Packed], field: str) -> Callable[[], Column]:
        return lambda: said.column(of, field)

    def texts(of: type[Packed], field: str, dictionary: Texts, label: str = "") -> Callable[[], Column]:
        return lambda: said.coded(of, field, dictionary, label)

    d = dictionaries
    put(Move, {name: numbers(Move, name) for name in ("x", "y", "elapsed")})
    put(
        Click,
        {
            **{name: numbers(Click, name) for name in ("x", "y", "page_w", "flags")},
            "elapsed": numbers(Click, "hover"),
            "target": texts(Click, "target", d.targets, "text"),
        },
    )
    put(
        Page,
        {
            **{name: numbers(Page, name) for name in ("elapsed", "scroll")},
            "page": texts(Page, "url", d.pages, "title"),
            "params": texts(Page, "params", d.params),
        },
    )
    put(
        Hover,
        {
            "target": texts(Hover, "target", d.targets),
            "elapsed": numbers(Hover, "elapsed"),
            "flags": lambda: said.translated(Hover, "outcome", OUTCOMES),
        },
    )
    put(Seen, {"target": texts(Seen, "target", d.targets)})
    put(
        Custom,
        {
            "name": texts(Custom, "name", d.names),
            "value": numbers(Custom, "value"),
            "currency": texts(Custom, "currency", d.words),
            "props": texts(Custom, "props", d.props),
        },
    )
    put(Left, {"flags": lambda: said.column(Left, "goodbye") * GOODBYE})
    return rows


class _Said:
    """The columns of several blocks as one, over the texts of all of them."""

    def __init__(self, blocks: Sequence[Block], connection: duckdb.DuckDBPyConnection) -> None:
        self._blocks = blocks
        self._connection = connection
        self._texts = list(chain.from_iterable(block.texts for block in blocks))
        sizes = np.array([len(block.texts) for block in blocks])
        self._first = (np.cumsum(sizes) - sizes).tolist()

    def column(self, of: type[Packed], field: str) -> Column:
        columns = [block.columns[tag(of), field] for block in self._blocks]
        if field in TEXTS:
            # The first text of every block is the empty one.
            columns = [
                np.where(column > 0, column + first, 0)
                for column, first in zip(columns, self._first, strict=True)
            ]
        return np.concatenate(columns)

    def coded(self, of: type[Packed], field: str, dictionary: Texts, label: str) -> Column:
        """As the dictionary's ids; a new text keeps the label that stands beside it first."""
        places = self.column(of, field)
        used, first = self._used(places)
        labels: list[str] = []
        if label:
            labels = [self._texts[place] for place in self.column(of, label)[first].tolist()]
        ids = dictionary.code([self._texts[place] for place in used.tolist()], self._connection, labels)
        return self._table(used, ids)[places]

    def translated(self, of: type[Packed], field: str, words: dict[str, int]) -> Column:
        places = self.column(of, field)
        used, _ = self._used(places)
        return self._table(used, [words.get(self._texts[place], 0) for place in used.tolist()])[places]

    def _used(self, places: Column) -> tuple[Column, Column]:
        """Which texts these are, and the row of each in which it stands first."""
        first = np.full(len(self._texts), -1)
        first[places[::-1]] = np.arange(len(places))[::-1]
        used = np.flatnonzero(first >= 0)
        return used, first[used]

    def _table(self, used: Column, ids: Sequence[int]) -> Column:
        table = np.zeros(len(self._texts), np.int32)
        table[used] = ids
        return table
