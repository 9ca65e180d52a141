"""What every report takes (`from`, `to`, `tz`, `interval`, `compare`, `f`, `format`), and the way a route asks for one:

@get("/overview", operation_id="overview")
async def overview(ask: GivenAsk) -> Overview:
    return await ask(GetOverview)
"""

import re
import time
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.params import FromPath, FromQuery, QueryParameter

from edge.bus import Bus
from edge.given import GivenActor, GivenBus
from edge.problems import Problem, respond
from edge.times import milliseconds
from services.contracts import filters
from services.contracts.analysis.breakdown import BreakdownField
from services.contracts.analysis.report import PATIENCE, ReportCall
from services.contracts.analysis.scope import Comparison, Interval, Period, Scope
from services.contracts.errors import InvalidInput
from services.contracts.filters import FilterText
from services.contracts.messages import Actor

R = TypeVar("R")

DEFAULT_MS = 7 * 86_400_000
NOW_MS = 10_000
"""what is asked for up to now is asked for to the end of these: dashboards that reload together ask the same, and it is
answered once. Nothing has happened yet in what is to come, and no interval begins in it."""

From = Annotated[
    float | None,
    QueryParameter(
        name="from", ge=0, le=1e14, description="UNIX ms or s, inclusive; default: 7 days before `to`"
    ),
]
To = Annotated[
    float | None,
    QueryParameter(name="to", ge=0, le=1e14, description="UNIX ms or s, exclusive; default: now"),
]
Zone = Annotated[str, QueryParameter(name="tz", max_length=60, description="IANA time zone of the intervals")]

Compare = Annotated[
    Comparison | None,
    QueryParameter(
        description="gives the overview's totals of the period before, or of the same dates a year ago"
    ),
]
Format = Annotated[
    Literal["json", "csv"] | None,
    QueryParameter(description="default: what the header Accept asks for, else json"),
]

Filters = Annotated[
    list[FilterText] | None,
    QueryParameter(
        name="f",
        max_items=filters.MOST,
        description="filter, repeatable, all must hold: field:value, `!field:value` is not, `a|b` any of, "
        "`*` any characters, "
        "`field:value||field:value` one or the other, `segment:name` a saved one. Fields: "
        + ", ".join(filters.FIELDS),
    ),
]

By = Annotated[BreakdownField | None, QueryParameter(description="field to break down by")]

FIELDS = {
    "period.start": "from",
    "period.end": "to",
    "period.tz": "tz",
    "period.interval": "interval",
    "start": "from",
    "end": "to",
}
"""the contract's names, and those of the parameters below -> the query's"""


class Ask(msgspec.Struct):
    """Puts a question about this app and scope; what one report takes beyond them is given by name."""

    bus: Bus
    actor: Actor
    app: str
    scope: Scope

    async def __call__(self, question: type[ReportCall[R]], **more: object) -> R:
        """Raises what the call raises, with the fields named as in the query."""
        try:
            return await self.bus.call(
                question(actor=self.actor, app=self.app, scope=self.scope, **more), PATIENCE
            )
        except InvalidInput as error:
            raise InvalidInput(error.detail, field=_named(error.field)) from error


GivenAsk = NamedDependency[Ask]


def provide_ask(
    actor: GivenActor,
    app: FromPath[str],
    bus: GivenBus,
    start: From = None,
    end: To = None,
    tz: Zone = "UTC",
    interval: FromQuery[Interval] = "day",
    compare: Compare = None,
    f: Filters = None,
    format: Format = None,  # noqa: ARG001  read by the response, checked and told here
) -> Ask:
    until = _soon() if end is None else milliseconds(end)
    since = until - DEFAULT_MS if start is None else milliseconds(start)
    period = Period(start=since, end=until, tz=tz, interval=interval)
    parsed = [filters.parse(text, f"f[{place}]") for place, text in enumerate(f or [])]
    return Ask(bus, actor, app, Scope(period=period, compare=compare, filters=parsed))


def _soon() -> int:
    return (int(time.time() * 1000) // NOW_MS + 1) * NOW_MS


def named_as_asked(request: Request[Any, Any, Any], error: ValidationException) -> Response[Problem]:
    """The problem of a query that is refused here, with its own names. Any: Litestar's user, auth and state."""
    for item in error.extra if isinstance(error.extra, list) else []:
        item["key"] = FIELDS.get(item.get("key"), item.get("key"))
    return respond(request, error)


def _named(field: str | None) -> str | None:
    """The query's name of a field of the contract."""
    if field is None:
        return None
    return re.sub(r"^filters(?=\[)", "f", FIELDS.get(field, field))
