"""The pages: how often each was viewed, where sessions entered and left, how long and how far it was read."""

from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.contracts.analysis.pages import PageRow, PagesReport


def pages(on: Reading, most: int = 100) -> PagesReport:
    """Raises InvalidInput."""
    intervals.check(on.period)
    period = {"start": on.period.start, "end": on.period.end, "most": most}
    rows = on.connection.execute(query("pages"), period).fetchall()
    return PagesReport(
        **on.about(),
        pages=rows[0][-1] if rows else 0,
        rows=[
            PageRow(
                path=path,
                title=title,
                views=views,
                visitors=visitors,
                entries=entries,
                exits=exits,
                seconds=seconds,
                scroll=scroll,
                bounce_rate=bounce_rate,
            )
            for path, title, views, visitors, entries, exits, seconds, scroll, bounce_rate, _ in rows
        ],
    )
