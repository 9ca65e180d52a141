"""Text kept once: a dictionary gives each distinct text of a column an integer id, 0 for the empty text.

What was coded lately is kept in memory, up to a bound; beyond it the table is asked, once for a batch. New
entries wait in `fresh` until the batch's transaction writes them.
"""

import re
from collections.abc import Callable, Iterable, Sequence

import duckdb
import numpy as np

from services.analysis.rows import Columns, append, first, texts

REMEMBERED = 200_000
"""texts of one dictionary kept in memory"""


class Dictionary:
    """`derived` are further columns of the table, each a function of the text; `labelled` ones keep a label
    beside it."""

    def __init__(
        self,
        table: str,
        derived: dict[str, Callable[[str], str]] | None = None,
        labelled: bool = False,
        remembered: int = REMEMBERED,
    ) -> None:
        self.table = table
        self.derived = derived or {}
        self.labelled = labelled
        self.remembered = remembered
        self.codes: dict[str, int] = {"": 0}
        self.complete = True
        """all entries are in memory: what is not there is new"""
        self.next = 1
        self.fresh: dict[str, str] = {}
        """new text -> its label"""

    def load(self, connection: duckdb.DuckDBPyConnection) -> None:
        last, count = first(connection, f"select coalesce(max(id), 0), count(*) from {self.table}") or (0, 0)
        self.next = last + 1
        self.complete = count <= self.remembered // 2
        if self.complete:
            rows = connection.execute(f"select text, id from {self.table}").fetchall()
            self.codes.update(rows)

    def code(
        self, values: Sequence[str], connection: duckdb.DuckDBPyConnection, labels: Sequence[str] = ()
    ) -> list[int]:
        """The ids of these texts, in their order; a new one keeps the label given beside it."""
        codes = self.codes
        try:
            return [codes[value] for value in values]
        except KeyError:
            pass
        missing = {value for value in values if value not in codes}
        if not self.complete:
            missing -= self._recall(missing, connection)
        named = dict(zip(reversed(values), reversed(labels), strict=True)) if labels else {}
        for value in sorted(missing):
            codes[value] = self.next
            self.next += 1
            self.fresh[value] = named.get(value, "")
        return [codes[value] for value in values]

    def write(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Append what is new, within the caller's transaction."""
        if self.fresh:
            start = self.next - len(self.fresh)
            rows: Columns = {
                "id": np.arange(start, self.next, dtype=np.int32),
                "text": texts(list(self.fresh)),
                **{
                    name: texts([derive(value) for value in self.fresh])
                    for name, derive in self.derived.items()
                },
            }
            if self.labelled:
                rows["label"] = texts(list(self.fresh.values()))
            append(connection, self.table, rows)
            self.fresh = {}
        self._forget()

    def _recall(self, missing: Iterable[str], connection: duckdb.DuckDBPyConnection) -> set[str]:
        connection.register("missing", {"text": texts(list(missing))})
        rows = connection.execute(
            f"select text, id from {self.table} semi join missing using (text)"
        ).fetchall()
        connection.unregister("missing")
        self.codes.update(rows)
        return {text for text, _ in rows}

    def _forget(self) -> None:
        """Drop the older half when there are too many."""
        if len(self.codes) > self.remembered:
            self.codes = {"": 0, **dict(list(self.codes.items())[len(self.codes) // 2 :])}
            self.complete = False


_ORIGIN = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")


def path(url: str) -> str:
    """What follows the origin, beginning with `/`."""
    rest = _ORIGIN.sub("", url, count=1)
    return rest if rest.startswith("/") else "/" + rest


class Dictionaries:
    def __init__(self) -> None:
        self.apps = Dictionary("apps")
        self.pages = Dictionary("pages", {"path": path}, labelled=True)
        self.targets = Dictionary("targets", labelled=True)
        self.names = Dictionary("names")
        self.words = Dictionary("words")
        self.referrers = Dictionary("referrers")
        self.props = Dictionary("props")
        self.params = Dictionary("params")

    def all(self) -> list[Dictionary]:
        return [value for value in vars(self).values() if isinstance(value, Dictionary)]
