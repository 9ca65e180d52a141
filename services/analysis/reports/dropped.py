"""Who dropped out of the funnel after a stage, and where they went instead."""

import numpy as np

from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.funnel import tries
from services.contracts.analysis.dropped import DroppedReport, DroppedSession, WentTo
from services.contracts.config import Funnel
from services.contracts.errors import InvalidInput

MOST_PAGES, MOST_SESSIONS = 50, 100


def dropped(on: Reading, stage: int, asked: Funnel | None = None) -> DroppedReport:
    """Of the configured funnel, or the one asked for. Raises InvalidInput."""
    intervals.check(on.period)
    asked = asked or on.config.funnel
    if not 1 <= stage < len(asked.stages):
        raise InvalidInput(
            "give a stage from 1 to the last but one: after the last nobody drops", field="stage"
        )
    found = []
    for ended in tries(on, asked, also=("n", "i")):
        those = ended.tried.reached == stage
        found.append({name: column[those] for name, column in ended.last.items()})
    here = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
    on.give("dropped", here)
    on.connection.execute(query("dropped"))
    pages = on.connection.execute(
        "select path, count(*) from went group by path order by count(*) desc, path limit $most",
        {"most": MOST_PAGES},
    ).fetchall()
    latest = on.connection.execute(
        """
        select printf('%016x%016x', high, low), time, path
        from (from went order by time desc, session limit $most) join session_ids using (session)
        order by time desc, session
        """,
        {"most": MOST_SESSIONS},
    ).fetchall()
    count = len(here["session"])
    return DroppedReport(
        **on.about(),
        funnel=asked,
        stage=stage,
        dropped=count,
        went_to=[WentTo(page=path, count=views) for path, views in pages],
        elsewhere=count - sum(views for _, views in pages),
        sessions=[DroppedSession(session=session, at=at, page=path) for session, at, path in latest],
    )
