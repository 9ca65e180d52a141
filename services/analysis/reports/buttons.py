"""Interesting buttons: seen, hovered, clicked, and the time to click."""

from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.times import times
from services.contracts.analysis.buttons import ButtonReport, ButtonsReport


def buttons(on: Reading) -> ButtonsReport:
    """One for each button configured, in their order. Raises InvalidInput."""
    return ButtonsReport(**on.about(), buttons=_reports(on))


def _reports(on: Reading) -> list[ButtonReport]:
    connection, period, buttons = on.connection, on.period, on.config.buttons
    intervals.check(period)
    if not buttons:
        return []
    connection.register("wanted", on.matcher.buttons(buttons, connection).columns)
    try:
        rows = connection.execute(
            query("buttons"), {"app": on.app, "start": period.start, "end": period.end}
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
