"""Interesting buttons: seen, hovered, clicked, and the time to click; with trend and breakdown."""

from typing import Any, Literal  # Any: a row of DuckDB holds what the macro gives

import msgspec

from services.analysis.breakdown import MOST_PARTS, know_parts, named
from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.first_clicks import first_clicks
from services.analysis.reports.times import times
from services.analysis.ways import fetch
from services.contracts.analysis.breakdown import BreakdownField
from services.contracts.analysis.buttons import ButtonPart, ButtonPoint, ButtonReport, ButtonsReport

Counts = dict[str, Any]
"""the fields of ButtonCounts"""

_COUNTS = ("saw", "hovered", "clicked", "clicks", "from_session_start", "from_page_entry")
_SPANS = ("hover_leave", "hover_click", "from_session_start", "from_page_entry")
_NOTHING: Counts = {
    **dict.fromkeys(("saw", "hovered", "clicked", "clicks"), 0),
    **dict.fromkeys(("from_session_start", "from_page_entry")),
}


class Found(msgspec.Struct):
    """What was recorded of each button, by its place."""

    whole: dict[int, tuple[Any, ...]] = {}
    points: dict[tuple[int, int], Counts] = {}
    """by its interval"""
    parts: dict[tuple[int, int], Counts] = {}
    """by its part of the breakdown, most clicks first"""


def buttons(on: Reading, by: BreakdownField | None = None) -> ButtonsReport:
    """One for each button configured, in their order. Raises InvalidInput."""
    begins = intervals.beginnings(on.period)
    asked = on.config.buttons
    found = _found(on, begins, by) if asked else Found()
    said = named(on, [part for _, part in found.parts]) if by and asked else None
    reports: list[ButtonReport] = []
    for place, button in enumerate(asked):
        saw, hovered, clicked, clicks, *spans = found.whole.get(place, (0, 0, 0, 0, None, None, None, None))
        parts = []
        for (of, part), counts in found.parts.items():
            if said is not None and of == place:
                kind, value = said(part)
                parts.append(ButtonPart(kind=kind, value=value, **counts))
        reports.append(
            ButtonReport(
                name=button.name,
                selector=button.selector,
                saw=saw,
                hovered=hovered,
                clicked=clicked,
                clicks=clicks,
                **dict(zip(_SPANS, map(times, spans), strict=True)),
                series=[ButtonPoint(at=at, **found.points.get((place, at), _NOTHING)) for at in begins],
                parts=parts,
            )
        )
    return ButtonsReport(**on.about(), buttons=reports, by=by)


def _found(on: Reading, begins: list[int], by: BreakdownField | None) -> Found:
    connection, period = on.connection, on.period
    asked = {"app": on.app, "start": period.start, "end": period.end, "intervals": begins}
    know_parts(on, by)
    connection.register("wanted", on.matcher.buttons(on.config.buttons, connection).columns)
    try:
        connection.execute(query("touches"), asked)
        walks = fetch(on, query("walks"), {"app": on.app, "end": period.end})
    finally:
        connection.unregister("wanted")
    connection.register("firsts", first_clicks(walks))
    try:
        connection.execute(query("first_clicks"), {"start": period.start, "intervals": begins})
    finally:
        connection.unregister("firsts")
    rows = connection.execute(query("buttons")).fetchall()
    whole = {button: tuple(row) for button, *row in rows}
    return Found(whole, _by(on, "begins"), _by(on, "part") if by else {})


def _by(on: Reading, place: Literal["begins", "part"]) -> dict[tuple[int, int], Counts]:
    most = "select name from touches group by name order by count(*) filter (kind = 1) desc, name limit $most"
    kept = [name for (name,) in on.connection.execute(most, {"most": MOST_PARTS}).fetchall()]
    rows = on.connection.execute(query("buttons_by").replace("{place}", place), {"kept": kept}).fetchall()
    return {(button, at): dict(zip(_COUNTS, counts, strict=True)) for button, at, *counts in rows}
