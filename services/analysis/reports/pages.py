"""The pages: how often each was viewed, where sessions entered and left, how long and how far it was read."""

import numpy as np

from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.paths import of_same_path
from services.analysis.reports.times import medians
from services.analysis.reports.visits import begun, did
from services.analysis.rows import Column, Columns, first
from services.analysis.ways import (
    NOBODY,
    changes,
    counted_once,
    events,
    in_order,
    numbered,
    together,
    whose,
)
from services.contracts.analysis.pages import PageRow, PagesReport

_COUNTS = ("views", "visitors", "entries", "exits", "bounces", "told", "scrolled")


class Viewed:
    """The page views of the sessions that started in the period, counted by page: a path's first one."""

    def __init__(self, pages: int) -> None:
        self.counts = {name: np.zeros(pages, np.int64) for name in _COUNTS}
        self.lasted: list[tuple[Column, Column]] = []
        """pages, and ms on them"""

    def add(self, page: Column, visitors: Column, **of: Column) -> None:
        """The page views of some visitors, all of theirs, each with whether it was its session's first (`entered`), its
        last (`left_here`), how long it lasted (`ms`), how far it was scrolled (-1 unknown), and whether the session
        bounced."""
        told, entered = of["scroll"] >= 0, of["entered"]
        for name, those, weight in (
            ("views", page, None),
            ("entries", page[entered], None),
            ("exits", page[of["left_here"]], None),
            ("bounces", page[entered & of["bounced"]], None),
            ("told", page[told], None),
            ("scrolled", page[told], of["scroll"][told]),
        ):
            counts = self.counts[name]
            counts += np.bincount(those, weight, minlength=len(counts)).astype(np.int64)
        self.counts["visitors"] += visitors
        ms = of["ms"]
        self.lasted.append((page, ms.astype(np.uint32) if ms.max(initial=0) < 2**32 else ms))

    def columns(self) -> Columns:
        """`viewed` of queries/pages.sql."""
        page, ms = (np.concatenate([part[column] for part in self.lasted]) for column in range(2))
        seen = np.flatnonzero(self.counts["views"])
        seconds = medians(ms, page, len(self.counts["views"]))
        return {
            "one": seen,
            "seconds": np.array([seconds[one] for one in seen], np.float64),
            **{name: counts[seen] for name, counts in self.counts.items()},
        }


def pages(on: Reading, most: int = 100) -> PagesReport:
    """Raises InvalidInput."""
    intervals.check(on.period)
    on.connection.register("viewed", _viewed(on).columns())
    try:
        rows = on.connection.execute(query("pages"), {"most": most}).fetchall()
    finally:
        on.connection.unregister("viewed")
    return PagesReport(
        **on.about(),
        pages=rows[0][-1] if rows else 0,
        rows=[
            PageRow(
                path=path,
                title=title,
                views=views,
                visitors=visitors,
                entries=entries,
                exits=exits,
                seconds=seconds,
                scroll=scroll,
                bounce_rate=bounce_rate,
            )
            for path, title, views, visitors, entries, exits, seconds, scroll, bounce_rate, _ in rows
        ],
    )


def _viewed(on: Reading) -> Viewed:
    """A page view lasts to the session's next one, the last one to its last sign of life. How far a page was scrolled
    is told by the page view after it."""
    row = first(on.connection, "select coalesce(max(id), 0) from pages")
    viewed = Viewed(1 + (row[0] if row else 0))
    those = begun(on)
    for part in whose(on, those.session, numbered(those.visitor)):
        rows = events(on, "views", part, {"app": on.app})
        nobody = rows["who"] < 0
        order = in_order(
            np.where(nobody, NOBODY, rows["session"]), *(rows[name] for name in ("time", "n", "i", "session"))
        )
        session, time, scroll = (rows[name][order] for name in ("session", "time", "scroll"))
        one, who = of_same_path(on, rows["page"][order]), rows["who"][order]
        del rows, order
        places = together(who)
        visitors = counted_once(one[places], who[places], len(viewed.counts["views"]))
        del who, places
        entered = changes(session)
        left_here = np.append(entered, True)[1:]
        of = did(on, those, part)
        until = np.where(left_here, of.until[session], np.append(time, 0)[1:])
        viewed.add(
            one,
            visitors,
            entered=entered,
            left_here=left_here,
            ms=np.maximum(until - time, 0),
            scroll=np.where(left_here, -1, np.append(scroll, -1)[1:]),
            bounced=of.bounced[session],
        )
    return viewed
