"""The overview: visitors, sessions, page views, bounces and durations, in a period and its intervals."""

import numpy as np

from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.counted import Groups, counted
from services.analysis.reports.visits import begun
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
    those = begun(on, period)
    interval = intervals.places(begins, those.started)
    all_one = np.broadcast_to(np.uint16(0), interval.shape)
    (whole,), by_interval = counted(on, those, [Groups(all_one, 1), Groups(interval, len(begins))])
    totals = OverviewTotals(
        visitors=whole.visitors if whole else 0,
        sessions=whole.sessions if whole else 0,
        page_views=whole.page_views if whole else 0,
        events=whole.events if whole else 0,
        bounce_rate=whole.bounce_rate if whole else None,
        duration=whole.duration if whole else None,
        pages_per_session=whole.pages_per_session if whole else None,
    )
    points = {
        begin: OverviewPoint(at=begin, visitors=of.visitors, sessions=of.sessions, page_views=of.page_views)
        for begin, of in zip(begins, by_interval, strict=True)
        if of
    }
    return totals, points
