"""The funnel: from its stages to the SQL of queries/funnel*.sql, and back to shares and times."""

from services.analysis.matching import of_stage
from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.times import times
from services.contracts.analysis.funnel import FunnelReport, FunnelStage
from services.contracts.config import Funnel
from services.contracts.errors import InvalidInput

_LATER, _END = "-- each later stage\n", "-- end\n"


def funnel(on: Reading, asked: Funnel | None = None) -> FunnelReport:
    """The configured funnel, or the one asked for. Raises InvalidInput."""
    asked = asked or on.config.funnel
    return FunnelReport(**on.about(), funnel=asked, stages=_stages(on, asked))


def _stages(on: Reading, funnel: Funnel) -> list[FunnelStage]:
    connection, period = on.connection, on.period
    intervals.check(period)
    if not funnel.stages:
        return []
    if len(funnel.stages) < 2:
        raise InvalidInput("a funnel has 2 to 12 stages", field="stages")
    if funnel.order == "any":
        raise InvalidInput("this order is not supported yet, take sequential or strict", field="order")
    wanted = on.matcher.stages(funnel.stages, connection)
    connection.register("wanted", wanted.columns)
    try:
        rows = connection.execute(
            sql(len(funnel.stages), funnel.order),
            {
                "app": on.app,
                "start": period.start,
                "end": period.end,
                "window": funnel.window * 1000,
                "per_session": funnel.per == "session",
                "strict": funnel.order == "strict",
                "kinds": [of_stage(stage, stage.values()[0])[0] for stage in funnel.stages],
            },
        ).fetchall()
    finally:
        connection.unregister("wanted")
    reached = {stage: (count, from_previous, from_first) for stage, count, from_previous, from_first in rows}
    stages: list[FunnelStage] = []
    first = before = reached.get(1, (0, None, None))[0]
    for place, stage in enumerate(funnel.stages, start=1):
        count, from_previous, from_first = reached.get(place, (0, None, None))
        stages.append(
            FunnelStage(
                name=stage.name,
                count=count,
                of_first=count / first if first else None,
                of_previous=count / before if before else None,
                dropped=before - count,
                from_previous=times(from_previous),
                from_first=times(from_first),
            )
        )
        before = count
    return stages


def sql(stages: int, order: str) -> str:
    """The query for so many stages."""
    head, rest = query("funnel").split(_LATER)
    later, tail = rest.split(_END)
    middle = "".join(
        later.replace("{k}", str(k)).replace("{before}", str(k - 1)) for k in range(2, stages + 1)
    )
    tries = "\n    union all ".join(f"select {k} as stage, * from tries_{k}" for k in range(1, stages + 1))
    return head.replace("{steps}", query(f"funnel_{order}")) + middle + tail.replace("{tries}", tries)
