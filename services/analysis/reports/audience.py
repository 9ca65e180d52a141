"""The audience: who came, by one of the facts of a session."""

from services.analysis.breakdown import fact
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.counted import counted, present
from services.analysis.reports.visits import in_turn
from services.analysis.rows import Column
from services.analysis.ways import ascending, fetch
from services.contracts.analysis.audience import AudienceReport, AudienceRow
from services.contracts.filters import Audience


def audience(on: Reading, by: Audience = "browser", most: int = 100) -> AudienceReport:
    """Raises InvalidInput."""
    intervals.check(on.period)
    sessions = fetch(
        on,
        f"""
        select session, visitor, started, {fact(by)} as value from facts
        where started >= $start and started < $end
        """,
        {"start": on.period.start, "end": on.period.end},
    )
    sessions = ascending(sessions)
    values, groups = present(sessions.pop("value"))
    (counts,) = counted(on, in_turn(sessions), [groups])
    texts = _texts(on, by, values)
    found = [(texts.get(value, ""), of) for value, of in zip(values.tolist(), counts, strict=True) if of]
    found.sort(key=lambda row: (-row[1].visitors, -row[1].sessions, row[0]))
    return AudienceReport(
        **on.about(),
        by=by,
        values=len(found),
        rows=[
            AudienceRow(
                value=text,
                visitors=of.visitors,
                sessions=of.sessions,
                page_views=of.page_views,
                bounce_rate=of.bounce_rate,
                duration=of.duration,
                pages_per_session=of.pages_per_session,
            )
            for text, of in found[:most]
        ],
    )


def _texts(on: Reading, by: Audience, values: Column) -> dict[int, str]:
    if by == "visitor":
        return {0: "new", 1: "returning"}
    on.give("present", {"id": values})
    table = "referrers" if by == "referrer" else "words"
    return dict(
        on.connection.execute(f"select id, text from {table} semi join present using (id)").fetchall()
    )
