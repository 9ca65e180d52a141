"""Interesting buttons: seen, hovered, clicked, and the time to click; with trend and breakdown."""

from collections.abc import Mapping
from typing import Any  # a row of DuckDB holds what the macro gives

import msgspec

from services.analysis.breakdown import MOST_PARTS, know_parts, named
from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.times import times
from services.contracts.analysis.breakdown import BreakdownField, PartKind
from services.contracts.analysis.buttons import (
    ButtonPart,
    ButtonPoint,
    ButtonReport,
    ButtonsReport,
)

Spans = Mapping[str, Any]


class Row(msgspec.Struct):
    """Of queries/buttons.sql."""

    button: int
    begins: int | None = None
    part: int | None = None
    saw: int = 0
    hovered: int = 0
    clicked: int = 0
    clicks: int = 0
    hover_leave: Spans | None = None
    hover_click: Spans | None = None
    from_session_start: Spans | None = None
    from_page_entry: Spans | None = None


def buttons(on: Reading, by: BreakdownField | None = None) -> ButtonsReport:
    """One for each button configured, in their order. Raises InvalidInput."""
    begins = intervals.beginnings(on.period)
    asked = on.config.buttons
    rows = _rows(on, begins, by) if asked else []
    names = {row.part for row in rows if row.part is not None}
    said = named(on, names) if by and asked else None
    reports: list[ButtonReport] = []
    for place, button in enumerate(asked):
        mine = [row for row in rows if row.button == place]
        whole = next((row for row in mine if row.begins is None and row.part is None), Row(place))
        points = {row.begins: row for row in mine if row.begins is not None}
        parts = [(row.part, row) for row in mine if row.part is not None]
        reports.append(
            ButtonReport(
                name=button.name,
                selector=button.selector,
                saw=whole.saw,
                hovered=whole.hovered,
                clicked=whole.clicked,
                clicks=whole.clicks,
                hover_leave=times(whole.hover_leave),
                hover_click=times(whole.hover_click),
                from_session_start=times(whole.from_session_start),
                from_page_entry=times(whole.from_page_entry),
                series=[ButtonPoint(at=at, **_counts(points.get(at, Row(place)))) for at in begins],
                parts=[_part(row, *said(part)) for part, row in parts] if said else [],
            )
        )
    return ButtonsReport(**on.about(), buttons=reports, by=by)


def _rows(on: Reading, begins: list[int], by: BreakdownField | None) -> list[Row]:
    connection, period = on.connection, on.period
    asked = {"app": on.app, "start": period.start, "end": period.end, "intervals": begins}
    know_parts(on, by)
    connection.register("wanted", on.matcher.buttons(on.config.buttons, connection).columns)
    try:
        connection.execute(query("touches"), asked)
        connection.execute(query("first_clicks"), asked)
    finally:
        connection.unregister("wanted")
    most = "select name from touches group by name order by count(*) filter (kind = 1) desc, name limit $most"
    kept = [name for (name,) in connection.execute(most, {"most": MOST_PARTS}).fetchall()]
    return [Row(*row) for row in connection.execute(query("buttons"), {"kept": kept}).fetchall()]


def _part(row: Row, kind: PartKind, value: str | None) -> ButtonPart:
    return ButtonPart(kind=kind, value=value, **_counts(row))


def _counts(row: Row) -> dict[str, Any]:  # Any: keyword arguments of ButtonCounts
    return {
        "saw": row.saw,
        "hovered": row.hovered,
        "clicked": row.clicked,
        "clicks": row.clicks,
        "from_session_start": _median(row.from_session_start),
        "from_page_entry": _median(row.from_page_entry),
    }


def _median(spans: Spans | None) -> float | None:
    found = times(spans)
    return found.median if found else None
