"""What the reports say, as the rows of the plain SQL."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from services.analysis.reading import Reading
from services.analysis.reports.audience import audience
from services.analysis.reports.buttons import buttons
from services.analysis.reports.campaigns import campaigns
from services.analysis.reports.funnel import funnel
from services.analysis.reports.journey import journey
from services.analysis.reports.overview import overview
from services.analysis.reports.pages import pages
from services.analysis.reports.retention import retention
from services.contracts.analysis.breakdown import BreakdownField
from services.contracts.analysis.buttons import ButtonReport
from services.contracts.analysis.journey import Direction
from services.contracts.analysis.times import Times

Row = tuple[Any, ...]  # Any: as DuckDB answers

DAY = 86_400_000
MOST = 1_000_000
"""rows"""
OF_VISITS = ("visitors", "sessions", "page_views", "events", "bounce_rate", "duration", "pages_per_session")
SPANS = ("from_session_start", "from_page_entry")
OF_BUTTONS = ("saw", "hovered", "clicked", "clicks", "hover_leave", "hover_click", *SPANS)


def _overview(on: Reading) -> list[Row]:
    said = overview(on)
    days = [point for point in said.series if point.sessions]
    return [
        (None, *_values(said.totals, *OF_VISITS)),
        *((point.at // DAY, point.visitors, point.sessions, point.page_views) for point in days),
    ]


def _audience(on: Reading) -> list[Row]:
    of = tuple(name for name in OF_VISITS if name != "events")
    said = audience(on, "browser")
    return [(*_values(row, "value", *of), said.values) for row in said.rows]


def _retention(on: Reading) -> list[Row]:
    return [
        (place, since, visitors)
        for place, cohort in enumerate(retention(on).cohorts, 1)
        for since, visitors in enumerate(cohort.came)
        if visitors
    ]


def _pages(on: Reading) -> list[Row]:
    of = ("path", "title", "views", "visitors", "entries", "exits", "seconds", "scroll", "bounce_rate")
    said = pages(on, MOST)
    return [(*_values(row, *of), said.pages) for row in said.rows]


def _funnel(on: Reading) -> list[Row]:
    return [
        (place, stage.count, stage.from_previous, stage.from_first)
        for place, stage in enumerate(funnel(on).stages, 1)
        if stage.count
    ]


def _journey(on: Reading, direction: Direction) -> list[Row]:
    """The pages of each column, and between the pages of two columns their links."""
    said = journey(on, direction=direction, named=MOST)
    ids = dict(on.connection.execute("select path, min(id) from pages group by path").fetchall())
    columns = [[node.page and ids[node.page] for node in column] for column in said.columns]
    nodes = (
        (step, 1, page, None, node.count)
        for step, (pages, column) in enumerate(zip(columns, said.columns, strict=True), 1)
        for page, node in zip(pages, column, strict=True)
    )
    links = (
        (at + 1, 0, columns[at][link.source], columns[at + 1][link.target], link.count)
        for link in said.links
        for at in [link.column]
    )
    return _in_order([*nodes, *links])


def _campaigns(on: Reading) -> list[Row]:
    of = ("sessions", "visitors", "bounce_rate")
    return _in_order((row.name or "", *_values(row, *of)) for row in campaigns(on).rows if row.sessions)


def _buttons(on: Reading, by: BreakdownField | None) -> list[Row]:
    """Of each button, of its days and of its parts each figure that is told of them."""
    said = buttons(on, by).buttons
    if by is None:
        return _in_order(
            row
            for button, report in enumerate(said)
            for row in _figures(button, report, ((point.at // DAY, point) for point in report.series))
        )
    names = dict(on.connection.execute("select text, name from part_names").fetchall())
    return _in_order(
        row
        for button, report in enumerate(said)
        for row in _figures(button, report, ((names.get(part.value, 0), part) for part in report.parts))
    )


def _figures(button: int, report: ButtonReport, places: Iterable[tuple[int, object]]) -> Iterator[Row]:
    for place, of in [(None, report), *places]:
        for name, value in zip(OF_BUTTONS, (getattr(of, name, None) for name in OF_BUTTONS), strict=True):
            if isinstance(value, Times):
                yield button, place, name, None, value
            elif value or isinstance(value, float):  # nobody is no row
                yield button, place, name, value, None


def _in_order(rows: Iterable[Row]) -> list[Row]:
    """By their values from the first on, null before all else."""
    return sorted(rows, key=lambda row: [(value is not None, value) for value in row])


def _values(of: object, *names: str) -> Row:
    return tuple(getattr(of, name) for name in names)


REPORTS: dict[str, Callable[[Reading], list[Row]]] = {
    "overview": _overview,
    "audience": _audience,
    "retention": _retention,
    "pages": _pages,
    "funnel": _funnel,
    "journey": partial(_journey, direction="forward"),
    "journey, back": partial(_journey, direction="back"),
    "campaigns": _campaigns,
    "buttons": partial(_buttons, by=None),
    "buttons, by browser": partial(_buttons, by="browser"),
}
