"""The overview: visitors, sessions, page views, bounces and durations, in a period and its intervals."""

from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.contracts.analysis.overview import Overview, OverviewPoint, OverviewTotals
from services.contracts.analysis.scope import Period


def overview(on: Reading) -> Overview:
    """Raises InvalidInput."""
    begins = intervals.beginnings(on.period)
    totals, points = _measure(on, on.period, begins)
    previous = None
    if on.scope.compare is not None:
        earlier = intervals.before(on.period, on.scope.compare)
        previous, _ = _measure(on, earlier, [earlier.start])
    nothing = {begin: OverviewPoint(at=begin, visitors=0, sessions=0, page_views=0) for begin in begins}
    series = list((nothing | points).values())
    return Overview(**on.about(), totals=totals, previous=previous, series=series)


def _measure(
    on: Reading, period: Period, begins: list[int]
) -> tuple[OverviewTotals, dict[int, OverviewPoint]]:
    rows = on.connection.execute(
        query("overview"), {"start": period.start, "end": period.end, "intervals": begins}
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
