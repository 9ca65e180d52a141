"""Interesting buttons: seen, hovered, clicked, and the time to click; with trend and breakdown."""

from itertools import islice

import msgspec
import numpy as np

from services.analysis.breakdown import MOST_PARTS, OTHER, know_parts, named
from services.analysis.cores import worked
from services.analysis.grouped import Grouped, Part, by_group, grouped
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.tally import Tallied, Tally
from services.analysis.reports.times import edges, measured
from services.analysis.reports.touches import Read, Touches, read, touches
from services.analysis.rows import first
from services.contracts.analysis.breakdown import BreakdownField
from services.contracts.analysis.buttons import ButtonPart, ButtonPoint, ButtonReport, ButtonsReport
from services.contracts.analysis.times import Times

LEFT, WENT_ON = 1, 2
"""flags of a hover: how it ended"""

_SPANS = ("hover_leave", "hover_click", "from_session_start", "from_page_entry")


class Touched(msgspec.Struct):
    """What some sessions come to."""

    trend: Tallied
    broken_down: Tallied | None
    spans: dict[str, Part]
    """of each span the ms it took, by button"""


def buttons(on: Reading, by: BreakdownField | None = None) -> ButtonsReport:
    """One for each button configured, in their order. Raises InvalidInput."""
    begins = intervals.beginnings(on.period)
    asked = on.config.buttons
    if not asked:
        return ButtonsReport(**on.about(), buttons=[], by=by)
    if by:
        know_parts(on, by)
    trend = Tally(len(asked), len(begins), on.spill)
    broken_down = Tally(len(asked), _names(on), on.spill) if by else None
    spans = {name: Grouped(len(asked), on.spill) for name in _SPANS}

    def of_part(part: Read) -> Touched:
        found = touches(part, begins, on.period.start)
        return Touched(
            trend=trend.of_part(found, lambda rows: rows["interval"]),
            broken_down=broken_down.of_part(found, lambda rows: part.name.take(rows["place"]))
            if broken_down
            else None,
            spans=_spans(found),
        )

    on.give("wanted", on.matcher.buttons(asked, on.connection).columns)
    columns = "session, visitor, started"
    sessions = f"select {columns}, name from parts" if by else f"select {columns} from chosen"
    for touched in worked(read(on, sessions), of_part):
        trend.add(touched.trend)
        if broken_down and touched.broken_down:
            broken_down.add(touched.broken_down)
        for name, part in touched.spans.items():
            spans[name].add(part)
    totals, series, took = trend.totals(), trend.counts(), _times(on, spans, len(asked))
    by_part = _parts(on, broken_down) if broken_down else [[] for _ in asked]
    return ButtonsReport(
        **on.about(),
        buttons=[
            ButtonReport(
                name=button.name,
                selector=button.selector,
                saw=total["saw"],
                hovered=total["hovered"],
                clicked=total["clicked"],
                clicks=total["clicks"],
                hover_leave=took["hover_leave"][place],
                hover_click=took["hover_click"][place],
                from_session_start=took["from_session_start"][place],
                from_page_entry=took["from_page_entry"][place],
                series=[ButtonPoint(at=at, **point) for at, point in zip(begins, series[place], strict=True)],
                parts=by_part[place],
            )
            for place, (button, total) in enumerate(zip(asked, totals, strict=True))
        ],
        by=by,
    )


def _names(on: Reading) -> int:
    """Above the number of every part."""
    row = first(on.connection, "select coalesce(max(name), 0) from parts")
    return 1 + (row[0] if row else 0)


def _spans(found: Touches) -> dict[str, Part]:
    hovers, firsts = found.hovers, found.firsts
    spans = {}
    for name, rows, ms, those in (
        ("hover_leave", hovers, "elapsed", hovers["flags"] & LEFT > 0),
        ("hover_click", hovers, "elapsed", hovers["flags"] & WENT_ON > 0),
        ("from_session_start", firsts, "took", ~firsts["of_page"]),
        ("from_page_entry", firsts, "took", firsts["of_page"]),
    ):
        places = np.flatnonzero(those)
        spans[name] = grouped(*by_group(rows["button"].take(places), rows[ms].take(places)))
    return spans


def _parts(on: Reading, by_name: Tally) -> list[list[ButtonPart]]:
    """Of each button those parts in which anything happened to it, most clicks first. Those with most clicks stand for
    themselves."""
    kept = sorted(by_name.busiest(MOST_PARTS))
    said = named(on, kept)
    found = []
    for counts in by_name.kept(kept).counts():
        there = [
            (-of["clicks"], name, of)
            for name, of in zip([*kept, OTHER], counts, strict=True)
            if of["saw"] or of["hovered"] or of["clicked"]
        ]
        rows = [(*said(name), of) for _, name, of in sorted(there, key=lambda one: one[:2])]
        found.append([ButtonPart(kind=kind, value=value, **of) for kind, value, of in rows])
    return found


def _times(on: Reading, spans: dict[str, Grouped], buttons: int) -> dict[str, list[Times | None]]:
    """Of each span, for each button."""
    of = edges(on.connection)
    found = worked(
        (took.of(button) for took in spans.values() for button in range(buttons)), lambda ms: measured(ms, of)
    )
    return {name: [*islice(found, buttons)] for name in spans}
