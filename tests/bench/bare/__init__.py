"""The questions of the reports that are passes over columns, as SQL that reads like their definitions: what these
reports are measured against, and must agree with.
"""

from collections.abc import Callable
from math import isclose
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from services.analysis.reading import Reading
from services.analysis.reports.audience import audience
from services.analysis.reports.funnel import funnel
from services.analysis.reports.overview import overview
from services.analysis.reports.pages import pages
from services.analysis.reports.retention import retention
from services.contracts.analysis.times import Times

Row = tuple[Any, ...]  # Any: as DuckDB answers

DAY = 86_400_000
MOST = 1_000_000
"""rows"""
OF_VISITS = ("visitors", "sessions", "page_views", "events", "bounce_rate", "duration", "pages_per_session")


def plain(on: Reading, name: str) -> tuple[str, dict[str, int]]:
    """The report as plain SQL; what it asks of tables, the report has given."""
    sql, visits = ((Path(__file__).parent / f"{one}.sql").read_text() for one in (name, "visits"))
    sql = sql.replace("{visits}", visits.rstrip())
    window = on.config.funnel.window * 1000
    values = {"app": on.app, "start": on.period.start, "end": on.period.end, "window": window}
    return sql, {key: value for key, value in values.items() if f"${key}" in sql}


def agree(on: Reading) -> None:
    """Ask both, by day of UTC; a sequential funnel of four stages is configured. Raises AssertionError."""
    period = replace(on.period, start=on.period.start // DAY * DAY, tz="UTC", interval="day")
    on = replace(on, scope=replace(on.scope, period=period))
    for name, report in REPORTS.items():
        said = report(on)
        found = on.connection.execute(*plain(on, name)).fetchall()
        assert len(said) == len(found), f"{name}: {len(said)} rows, {len(found)} by plain SQL"
        for ours, theirs in zip(said, found, strict=True):
            # An overview tells less of its days than of all.
            same = all(_same(one, other) for one, other in zip(ours, theirs, strict=False))
            assert same, f"{name}: {ours}, {theirs} by plain SQL"


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


def _values(of: object, *names: str) -> Row:
    return tuple(getattr(of, name) for name in names)


def _same(ours: Any, theirs: Any) -> bool:  # Any: whatever stands in a row
    if isinstance(ours, Times):
        quantiles = [ours.p25, ours.median, ours.p75, ours.p90]
        return (
            ours.count == theirs["count"]
            and isclose(ours.mean, theirs["mean"])
            and all(map(isclose, quantiles, theirs["quantiles"]))
        )
    return isclose(ours, theirs) if isinstance(ours, float) else bool(ours == theirs)


REPORTS: dict[str, Callable[[Reading], list[Row]]] = {
    "overview": _overview,
    "audience": _audience,
    "retention": _retention,
    "pages": _pages,
    "funnel": _funnel,
}
