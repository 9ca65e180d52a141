"""The overview: visitors, sessions, page views, bounces and durations, in a period and its intervals."""

from typing import Literal

import duckdb
import msgspec

from services.analysis import intervals
from services.analysis.queries import query
from services.contracts.analysis import OverviewPoint, OverviewTotals, Period


class OverviewAnswer(msgspec.Struct):
    totals: OverviewTotals
    previous: OverviewTotals | None
    series: list[OverviewPoint]


def overview(
    connection: duckdb.DuckDBPyConnection,
    app: int,
    period: Period,
    compare: Literal["previous", "year"] | None,
) -> OverviewAnswer:
    """Raises InvalidInput."""
    begins = intervals.beginnings(period)
    totals, points = _measure(connection, app, period, begins)
    previous = None
    if compare is not None:
        earlier = intervals.before(period, compare)
        previous, _ = _measure(connection, app, earlier, [earlier.start])
    nothing = {begin: OverviewPoint(at=begin, visitors=0, sessions=0, page_views=0) for begin in begins}
    return OverviewAnswer(totals, previous, list((nothing | points).values()))


def _measure(
    connection: duckdb.DuckDBPyConnection, app: int, period: Period, begins: list[int]
) -> tuple[OverviewTotals, dict[int, OverviewPoint]]:
    rows = connection.execute(
        query("overview"), {"app": app, "start": period.start, "end": period.end, "intervals": begins}
    ).fetchall()
    totals = OverviewTotals(
        visitors=0,
        sessions=0,
        page_views=0,
        events=0,
        bounce_rate=None,
        duration=None,
        pages_per_session=None,
    )
    points: dict[int, OverviewPoint] = {}
    for begin, visitors, sessions, page_views, events, bounce_rate, duration, pages_per_session in rows:
        if begin is not None:
            points[begin] = OverviewPoint(
                at=begin, visitors=visitors, sessions=sessions, page_views=page_views
            )
        elif sessions:
            totals = OverviewTotals(
                visitors=visitors,
                sessions=sessions,
                page_views=page_views,
                events=events,
                bounce_rate=bounce_rate,
                duration=duration,
                pages_per_session=pages_per_session,
            )
    return totals, points
