"""What must hold between reports and the plain rows, whatever the data: checked on the large made-up data set."""

from math import isclose
from typing import get_args

import duckdb

from services.analysis.reading import Reading
from services.analysis.reports.audience import audience
from services.analysis.reports.buttons import buttons
from services.analysis.reports.campaigns import campaigns
from services.analysis.reports.funnel import funnel
from services.analysis.reports.heatmap import MOST_CELLS, heatmap
from services.analysis.reports.journey import journey
from services.analysis.reports.overview import overview
from services.analysis.reports.pages import pages
from services.contracts.analysis.breakdown import BreakdownField
from services.contracts.analysis.campaigns import CampaignField
from services.contracts.analysis.funnel import FunnelReport
from services.contracts.analysis.heatmap import Heat
from services.contracts.analysis.journey import Direction
from services.contracts.filters import Audience
from tests.bench import bare

ALL = 1_000_000
"""rows"""


def check(on: Reading) -> None:
    """Raises AssertionError."""
    entered = _entered(on)
    for by in get_args(BreakdownField):
        whole = funnel(on, by=by)
        _adds_up(whole)
        assert whole.stages[0].count == entered, (
            f"funnel by {by}: stage one is not the visitors that enter it"
        )
    sessions = _begun(on)
    ways_asked: list[tuple[str | None, Direction]] = [
        (None, "forward"),
        (None, "back"),
        ("/basket", "forward"),
        ("/basket", "back"),
    ]
    for page, direction in ways_asked:
        ways = journey(on, page, direction, depth=10)
        for column in ways.columns:
            assert sum(node.count for node in column) == ways.sessions, f"journey: {page} {direction}"
        assert page is not None or ways.sessions <= sessions
    for by in get_args(CampaignField):
        came = campaigns(on, by)
        assert came.left_out == 0
        assert sum(row.sessions for row in came.rows) == came.sessions == sessions, f"campaigns by {by}"
        for touch in ("first_touch", "last_touch"):
            credited = sum(getattr(row, touch).conversions for row in came.rows)
            assert credited == came.conversions, f"campaigns by {by}, {touch}"
    for button in buttons(on, "browser").buttons:
        assert sum(part.clicks for part in button.parts) == button.clicks, button.name
        assert sum(point.clicks for point in button.series) == button.clicks, button.name
    _visits(on)
    _heat(on)
    bare.agree(on)


def _visits(on: Reading) -> None:
    """What the reports on visits say of the same visits; whoever comes on two days is a visitor of both."""
    whole = overview(on)
    assert sum(point.sessions for point in whole.series) == whole.totals.sessions == _begun(on)
    assert sum(point.page_views for point in whole.series) == whole.totals.page_views
    assert sum(point.visitors for point in whole.series) >= whole.totals.visitors
    viewed = pages(on, ALL).rows
    assert sum(row.views for row in viewed) == whole.totals.page_views, "pages: views"
    assert sum(row.entries for row in viewed) == sum(row.exits for row in viewed), "pages: entries and exits"
    for by in get_args(Audience):
        rows = audience(on, by, ALL).rows
        assert sum(row.sessions for row in rows) == whole.totals.sessions, f"audience by {by}"


def _heat(on: Reading) -> None:
    for heat in get_args(Heat):
        every = heatmap(on, "/", heat)
        classes = [heatmap(on, "/", heat, device) for device in ("desktop", "mobile")]
        assert sum(one.events for one in classes) == every.events, f"heat map of {heat} by device"
        if heat == "scroll":
            assert every.depths[0].views == every.events
            continue
        shown = sum(weight for *_, weight in every.cells)
        assert isclose(shown, every.weight) or (shown < every.weight and len(every.cells) == MOST_CELLS)
        assert heat == "move" or every.weight == every.events


def _adds_up(report: FunnelReport) -> None:
    counts = [stage.count for stage in report.stages]
    assert counts == sorted(counts, reverse=True)
    for parts in (report.parts, report.series):
        assert [sum(column) for column in zip(*(part.counts for part in parts), strict=True)] == counts


def _one(connection: duckdb.DuckDBPyConnection, sql: str, **values: object) -> int:
    row = connection.execute(sql, values).fetchone()
    assert row is not None
    return int(row[0])


def _begun(on: Reading) -> int:
    sql = "select count(*) from chosen where started >= $start and started < $end"
    return _one(on.connection, sql, start=on.period.start, end=on.period.end)


def _entered(on: Reading) -> int:
    """Visitors who saw a product: the first stage of the bench's funnel."""
    sql = """
        select count(distinct visitor) from page_views join chosen using (session) join pages on pages.id = page
        where starts_with(path, '/products/') and time >= $start and time < $end
    """
    return _one(on.connection, sql, start=on.period.start, end=on.period.end)
