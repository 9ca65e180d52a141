"""The pages: how often each was viewed, where sessions entered and left, how long and how far it was read."""

from collections.abc import Iterator

import msgspec
import numpy as np

from services.analysis.cores import worked
from services.analysis.grouped import Grouped, Part, grouped, grouped_once
from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.paths import Paths, known
from services.analysis.reports.visits import BEGUN, did
from services.analysis.rows import Column, Columns
from services.analysis.ways import Whose, by_number, changes, events, in_order, some_sessions, whose
from services.contracts.analysis.pages import PageRow, PagesReport

_COUNTS = ("views", "entries", "exits", "bounces", "told", "scrolled")
_ENTRY, _EXIT, _BOUNCE, _TOLD = 1, 2, 4, 8
"""facts of a page view, a bit each"""


class Read(msgspec.Struct):
    """What is read of some sessions."""

    sessions: Whose
    rows: Columns
    """of queries/views.sql, with `page`: a path's first one"""
    deeds: Columns
    """rows of queries/did.sql"""
    started: Column
    """UNIX ms, by the session's number from the first on"""


class Viewed(msgspec.Struct):
    """What they come to, by page."""

    counts: Columns
    visitors: Part
    ms: Part


def pages(on: Reading, most: int = 100) -> PagesReport:
    """Raises InvalidInput."""
    intervals.check(on.period)
    on.give("viewed", _viewed(on))
    rows = on.connection.execute(query("pages"), {"most": most}).fetchall()
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


def _viewed(on: Reading) -> Columns:
    """`viewed` of queries/pages.sql."""
    pages = known(on)
    counts = {name: np.zeros(pages, np.int64) for name in _COUNTS}
    visitors, ms = Grouped(pages, on.spill), Grouped(pages, on.spill)
    for viewed in worked(_read(on), _of_part):
        for name, found in viewed.counts.items():
            counts[name][: len(found)] += found
        visitors.add(viewed.visitors)
        ms.add(viewed.ms)
    seen = np.flatnonzero(counts["views"])
    medians = ms.medians()
    return {
        "one": seen,
        "visitors": visitors.counted_once()[seen],
        "seconds": np.array([medians[one] for one in seen.tolist()], np.float64) / 1000,
        **{name: found[seen] for name, found in counts.items()},
    }


def _read(on: Reading) -> Iterator[Read]:
    paths = Paths(on)
    begun = some_sessions(on, BEGUN, {"start": on.period.start, "end": on.period.end})
    for those, part in whose(on, begun, "visitor"):
        rows = events(on, "views", part, {"app": on.app})
        rows["page"] = paths.of(rows["page"])
        deeds = events(on, "did", part, {"app": on.app})
        yield Read(part, rows, deeds, part.by_number(those["session"], those["started"]))


def _of_part(read: Read) -> Viewed:
    """A page view lasts to the session's next one, the last one to its last sign of life. How far a page was scrolled
    is told by the page view after it."""
    rows, of = read.rows, did(read.deeds, read.started, read.sessions.first)
    whose = read.sessions.who(rows["session"])
    order = in_order(rows, whose)
    session, page, time, scroll = (rows[name].take(order) for name in ("session", "page", "time", "scroll"))
    session -= read.sessions.first
    who = whose.take(order)
    entered = changes(session)
    left_here = np.append(entered, True)[1:]
    last = np.flatnonzero(left_here)
    until = np.append(time, 0)[1:]
    until[last] = of.until.take(session.take(last))
    lasted = np.maximum(until - time, 0)
    scroll = np.append(scroll, np.int8(-1))[1:]
    scroll[last] = -1
    told = scroll >= 0
    facts = np.zeros(len(page), np.uint8)
    for fact, holds in (
        (_ENTRY, entered),
        (_EXIT, left_here),
        (_BOUNCE, entered & of.bounced.take(session)),
        (_TOLD, told),
    ):
        facts |= holds * np.uint8(fact)
    scrolled = np.bincount(page, np.maximum(scroll, 0)).astype(np.int64)
    by_page = by_number(page)
    page_of, who_of = page.take(by_page), who.take(by_page)
    return Viewed(
        counts={**_counted(page, facts), "scrolled": scrolled},
        visitors=grouped_once(page_of, who_of),
        ms=grouped(page_of, lasted.take(by_page)),
    )


def _counted(page: Column, facts: Column) -> Columns:
    """How many views of each page there are, and of how many each fact holds."""
    most = 16
    counts = np.bincount(page * most + facts, minlength=most * (int(page.max(initial=0)) + 1))
    by_facts = counts.reshape(-1, most)
    return {
        "views": by_facts.sum(axis=1),
        **{
            name: by_facts[:, np.arange(most) & fact > 0].sum(axis=1)
            for name, fact in (("entries", _ENTRY), ("exits", _EXIT), ("bounces", _BOUNCE), ("told", _TOLD))
        },
    }
