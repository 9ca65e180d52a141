"""Interesting buttons: seen, hovered, clicked, and the time to click."""

from collections.abc import Sequence

import duckdb

from services.analysis import intervals
from services.analysis.matching import Matcher
from services.analysis.queries import query
from services.analysis.times import times
from services.contracts.analysis import ButtonReport, Period
from services.contracts.config import Button


def button_reports(
    connection: duckdb.DuckDBPyConnection,
    matcher: Matcher,
    app: int,
    period: Period,
    buttons: Sequence[Button],
) -> list[ButtonReport]:
    """One for each button, in their order. Raises InvalidInput."""
    intervals.check(period)
    if not buttons:
        return []
    connection.register("wanted", matcher.buttons(buttons, connection).columns)
    try:
        rows = connection.execute(
            query("buttons"), {"app": app, "start": period.start, "end": period.end}
        ).fetchall()
    finally:
        connection.unregister("wanted")
    found = {row[0]: row[1:] for row in rows}
    reports: list[ButtonReport] = []
    for place, button in enumerate(buttons):
        saw, hovered, clicked, clicks, *spans = found.get(place, (0, 0, 0, 0, None, None, None, None))
        hover_leave, hover_click, from_session_start, from_page_entry = map(times, spans)
        reports.append(
            ButtonReport(
                name=button.name,
                selector=button.selector,
                saw=saw,
                hovered=hovered,
                clicked=clicked,
                clicks=clicks,
                hover_leave=hover_leave,
                hover_click=hover_click,
                from_session_start=from_session_start,
                from_page_entry=from_page_entry,
            )
        )
    return reports
