"""The pages: how often each was viewed, where sessions entered and left, how long and how far it was read."""

from collections.abc import Iterator

import numpy as np

from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.paths import of_same_path
from services.analysis.reports.visits import begun, did
from services.analysis.rows import Column, Columns, first
from services.analysis.ways import (
    NOBODY,
    changes,
    counted_once,
    events,
    gathered,
    in_order,
    numbered,
    together,
    whose,
)
from services.contracts.analysis.pages import PageRow, PagesReport


def pages(on: Reading, most: int = 100) -> PagesReport:
    """Raises InvalidInput."""
    intervals.check(on.period)
    visitors = np.zeros(_most_pages(on), np.int64)
    with gathered(on, "views", _views(on, visitors)):
        on.connection.register("people", {"one": np.arange(len(visitors)), "visitors": visitors})
        try:
            rows = on.connection.execute(query("pages"), {"most": most}).fetchall()
        finally:
            on.connection.unregister("people")
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


def _most_pages(on: Reading) -> int:
    row = first(on.connection, "select coalesce(max(id), 0) from pages")
    return 1 + (row[0] if row else 0)


def _views(on: Reading, visitors: Column) -> Iterator[Columns]:
    """`views` of queries/pages.sql: each lasts to the session's next one, the last one to its last sign of life. How
    far a page was scrolled is told by the page view after it. Adds to the `visitors` of each page."""
    those = begun(on)
    who = numbered(those.visitor)
    for part in whose(on, those.session, who):
        rows = events(on, "views", part, {"app": on.app})
        nobody = rows["who"] < 0
        order = in_order(
            np.where(nobody, NOBODY, rows["session"]), *(rows[name] for name in ("time", "n", "i", "session"))
        )
        session, time, scroll = (rows[name][order] for name in ("session", "time", "scroll"))
        one, who_viewed = of_same_path(on, rows["page"][order]), rows["who"][order]
        places = together(who_viewed)
        visitors += counted_once(one[places], who_viewed[places], len(visitors))
        entered = changes(session)
        left_here = np.append(entered, True)[1:]
        of = did(on, those, part)
        until = np.where(left_here, of.until[session], np.append(time, 0)[1:])
        yield {
            "one": one,
            "entered": entered,
            "left_here": left_here,
            "ms": np.maximum(until - time, 0),
            "scroll": np.where(left_here, -1, np.append(scroll, -1)[1:]).astype(np.int8),
            "bounced": of.bounced[session],
        }
