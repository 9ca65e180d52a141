"""Sessions by number: an id of 128 bits becomes an integer, counted in the order of first sight.

As with dictionaries, the latest are kept in memory and the table is asked for the others, once for a batch.
A session is numbered when anything of it is seen; its visitor is known once its Start has come.
"""

from collections.abc import Sequence

import duckdb
import msgspec
import numpy as np

from services.analysis.queries import query
from services.analysis.rows import Columns, append, first

REMEMBERED = 100_000


class Session(msgspec.Struct, gc=False):
    number: int
    visitor: int | None = None
    """None until its Start has come"""
    left_out: int = 0
    """as Start says"""
    page: int = 0
    """the one it is on, 0 unknown"""
    page_at: int = 0
    """UNIX ms at which it was entered"""
    width: int = 0
    """CSS px, of its page, or of its screen until a click has told; 0 unknown"""


class Sessions:
    def __init__(self, remembered: int = REMEMBERED) -> None:
        self.remembered = remembered
        self.known: dict[bytes, Session] = {}
        self.empty = True
        """no session is on disk: what is not in memory is new"""
        self.next = 1
        self.fresh: list[bytes] = []

    def load(self, connection: duckdb.DuckDBPyConnection) -> None:
        row = first(connection, "select coalesce(max(session), 0) from session_ids")
        self.next = row[0] + 1 if row else 1
        self.empty = self.next == 1

    def find(self, keys: Sequence[bytes], connection: duckdb.DuckDBPyConnection) -> list[Session]:
        """The sessions of these ids, in their order."""
        known = self.known
        missing = list(dict.fromkeys(key for key in keys if key not in known))
        if missing:
            if not self.empty:
                self._recall(missing, connection)
            for key in missing:
                if key not in known:
                    known[key] = Session(self.next)
                    self.next += 1
                    self.fresh.append(key)
        return [known[key] for key in keys]

    def write(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Append what is new, within the caller's transaction."""
        if self.fresh:
            numbers = np.arange(self.next - len(self.fresh), self.next, dtype=np.int32)
            append(connection, "session_ids", {"session": numbers, **halves(self.fresh)})
            self.fresh = []
        if len(self.known) > self.remembered:
            self.known = dict(list(self.known.items())[len(self.known) // 2 :])
            self.empty = False

    def _recall(self, missing: Sequence[bytes], connection: duckdb.DuckDBPyConnection) -> None:
        connection.register("missing", {**halves(missing), "place": np.arange(len(missing), dtype=np.int32)})
        rows = connection.execute(query("recall")).fetchall()
        connection.unregister("missing")
        for place, *known in rows:
            self.known[missing[place]] = Session(*known)


def halves(keys: Sequence[bytes]) -> Columns:
    """The ids as the columns `high` and `low`."""
    pairs = np.frombuffer(b"".join(keys), dtype=">u8").astype(np.uint64).reshape(-1, 2)
    return {"high": np.ascontiguousarray(pairs[:, 0]), "low": np.ascontiguousarray(pairs[:, 1])}
