"""What is kept once: a dictionary gives each distinct text of a column an integer id, 0 for the empty text. So are the
hashes of visitors, whom reports tell apart by these small numbers.

What was coded lately is kept in memory, up to a bound; beyond it the table is asked, once for a batch. New
entries wait in `fresh` until the batch's transaction writes them.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Generic, TypeVar

import numpy as np

from services.analysis.rows import Column, Columns, Connection, append, first, texts

K = TypeVar("K", str, int)

REMEMBERED = 200_000
"""keys of one dictionary kept in memory"""


class Dictionary(Generic[K]):
    """`none` is the key whose id is 0, `key` the keys' column of the table, made of them by `column_of`."""

    def __init__(
        self, table: str, key: str, none: K, column_of: Callable[[Sequence[K]], Column], remembered: int
    ) -> None:
        self.table = table
        self.key = key
        self.none: K = none
        self.column_of: Callable[[Sequence[K]], Column] = column_of
        self.remembered = remembered
        self.codes: dict[K, int] = {none: 0}
        self.complete = True
        """all entries are in memory: what is not there is new"""
        self.next = 1
        self.fresh: dict[K, str] = {}
        """new key -> its label"""

    def load(self, connection: Connection) -> None:
        last, count = first(connection, f"select coalesce(max(id), 0), count(*) from {self.table}") or (0, 0)
        self.next = last + 1
        self.complete = count <= self.remembered // 2
        if self.complete:
            rows = connection.execute(f"select {self.key}, id from {self.table}").fetchall()
            self.codes.update(rows)

    def code(
        self, values: Sequence[K], connection: Connection | None, labels: Sequence[str] = ()
    ) -> list[int]:
        """The ids of these keys, in their order; a new one keeps the label given beside it. `connection` may be None
        where all entries are in memory."""
        codes = self.codes
        try:
            return [codes[value] for value in values]
        except KeyError:
            pass
        missing = {value for value in values if value not in codes}
        if connection is not None and not self.complete:
            missing -= self._recall(missing, connection)
        named = dict(zip(reversed(values), reversed(labels), strict=True)) if labels else {}
        for value in sorted(missing):
            codes[value] = self.next
            self.next += 1
            self.fresh[value] = named.get(value, "")
        return [codes[value] for value in values]

    def write(self, connection: Connection) -> None:
        """Append what is new, within the caller's transaction."""
        if self.fresh:
            ids = np.arange(self.next - len(self.fresh), self.next, dtype=np.int32)
            append(connection, self.table, {"id": ids, **self._columns()})
            self.fresh = {}
        self._forget()

    def _columns(self) -> Columns:
        """Of what is new."""
        return {self.key: self.column_of(list(self.fresh))}

    def _recall(self, missing: Iterable[K], connection: Connection) -> set[K]:
        connection.register("missing", {self.key: self.column_of(list(missing))})
        rows = connection.execute(
            f"select {self.key}, id from {self.table} semi join missing using ({self.key})"
        ).fetchall()
        connection.unregister("missing")
        self.codes.update(rows)
        return {key for key, _ in rows}

    def _forget(self) -> None:
        """Drop the older half when there are too many."""
        if len(self.codes) > self.remembered:
            self.codes = {self.none: 0, **dict(list(self.codes.items())[len(self.codes) // 2 :])}
            self.complete = False


class Texts(Dictionary[str]):
    """`derived` are further columns of the table, each a function of the text; `labelled` ones keep a label
    beside it."""

    def __init__(
        self,
        table: str,
        derived: dict[str, Callable[[str], str]] | None = None,
        labelled: bool = False,
        remembered: int = REMEMBERED,
    ) -> None:
        super().__init__(table, "text", "", texts, remembered)
        self.derived = derived or {}
        self.labelled = labelled

    def _columns(self) -> Columns:
        derived = {
            name: texts([derive(text) for text in self.fresh]) for name, derive in self.derived.items()
        }
        labels = {"label": texts(list(self.fresh.values()))} if self.labelled else {}
        return {**super()._columns(), **derived, **labels}


class Hashes(Dictionary[int]):
    """Of 64 bits."""

    def __init__(self, table: str, remembered: int = REMEMBERED) -> None:
        super().__init__(table, "hash", 0, partial(np.array, dtype=np.int64), remembered)


_ORIGIN = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")


def path(url: str) -> str:
    """What follows the origin, beginning with `/`."""
    rest = _ORIGIN.sub("", url, count=1)
    return rest if rest.startswith("/") else "/" + rest


class Dictionaries:
    def __init__(self) -> None:
        self.apps = Texts("apps")
        self.pages = Texts("pages", {"path": path}, labelled=True)
        self.targets = Texts("targets", labelled=True)
        self.names = Texts("names")
        self.words = Texts("words")
        self.referrers = Texts("referrers")
        self.props = Texts("props")
        self.params = Texts("params")
        self.visitors = Hashes("visitors", remembered=100_000)

    def all(self) -> list[Dictionary[str] | Dictionary[int]]:
        return [value for value in vars(self).values() if isinstance(value, Dictionary)]
