"""The audience: who came, by one of the facts of a session."""

from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.contracts.analysis.audience import AudienceReport, AudienceRow
from services.contracts.filters import Audience

_NEW_OR_RETURNING = "(select * from (values (0, 'new'), (1, 'returning')) as words(id, text))"


def audience(on: Reading, by: Audience = "browser", most: int = 100) -> AudienceReport:
    """Raises InvalidInput."""
    intervals.check(on.period)
    period = {"start": on.period.start, "end": on.period.end, "most": most}
    rows = on.connection.execute(_sql(by), period).fetchall()
    return AudienceReport(
        **on.about(),
        by=by,
        values=rows[0][-1] if rows else 0,
        rows=[
            AudienceRow(
                value=value,
                visitors=visitors,
                sessions=sessions,
                page_views=page_views,
                bounce_rate=bounce_rate,
                duration=duration,
                pages_per_session=pages_per_session,
            )
            for value, visitors, sessions, page_views, bounce_rate, duration, pages_per_session, _ in rows
        ],
    )


def _sql(by: Audience) -> str:
    if by == "visitor":
        value, table = "came_back::integer", _NEW_OR_RETURNING
    else:
        value, table = by, "referrers" if by == "referrer" else "words"
    return query("audience").replace("{value}", value).replace("{table}", table)
