"""Pages by path: one page has an address on each of the app's hosts."""

import numpy as np

from services.analysis.reading import Reading
from services.analysis.rows import Column, first
from services.analysis.ways import fetch

NOT_YET = -1


def known(on: Reading) -> int:
    """Above the number of every page."""
    row = first(on.connection, "select coalesce(max(id), 0) from pages")
    return 1 + (row[0] if row else 0)


class Paths:
    """Each page as the first of those with its path; looked up once, when it first comes."""

    def __init__(self, on: Reading) -> None:
        self._on = on
        self._first = np.zeros(1, np.int32)

    def of(self, pages: Column) -> Column:
        used = np.flatnonzero(np.bincount(pages, minlength=len(self._first)))
        if len(used) and used[-1] >= len(self._first):
            more = np.full(int(used[-1]) + 1 - len(self._first), NOT_YET, np.int32)
            self._first = np.concatenate([self._first, more])
        new = used[self._first[used] == NOT_YET]
        if len(new):
            self._look_up(new)
        return self._first.take(pages)

    def _look_up(self, pages: Column) -> None:
        self._first[pages] = 0
        self._on.give("used", {"id": pages})
        same = fetch(
            self._on,
            """
            select used.id, min(pages.id) as one
            from (select id, path from pages semi join used using (id)) as used join pages using (path)
            group by used.id
            """,
        )
        self._first[same["id"]] = same["one"]
