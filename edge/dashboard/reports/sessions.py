from typing import Annotated

import msgspec
from litestar import get
from litestar.params import FromPath, FromQuery

from edge.dashboard.reports.asking import GivenAsk
from edge.dashboard.reports.formats import Table, moment, table
from services.contracts.analysis.sessions import (
    GetSession,
    GetSessions,
    Happened,
    SessionReport,
    SessionRow,
    SessionsReport,
)
from services.contracts.errors import SessionUnknown

_encode = msgspec.json.encode


@get("/sessions", operation_id="sessions")
async def sessions(
    ask: GivenAsk,
    most: FromQuery[Annotated[int, msgspec.Meta(ge=1, le=500)]] = 50,
    skip: FromQuery[Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]] = 0,
) -> SessionsReport:
    """The sessions that started in the period, the latest first, a page of them."""
    return await ask(GetSessions, most=most, skip=skip)


@get("/sessions/{session:str}", operation_id="session")
async def session(ask: GivenAsk, session: FromPath[str]) -> SessionReport:
    """What happened in one session, whenever it was."""
    if len(session) != 32 or set(session) - set("0123456789abcdef"):
        raise SessionUnknown("there is no such session in this app")
    return await ask(GetSession, session=session)


@table.register
def _(report: SessionsReport) -> Table:
    """A session a row."""
    return Table(
        SessionRow.__struct_fields__,
        [
            msgspec.structs.astuple(
                msgspec.structs.replace(row, started=moment(row.started), params=_encode(row.params).decode())
            )
            for row in report.rows
        ],
    )


@table.register
def _(report: SessionReport) -> Table:
    """An event a row."""
    return Table(
        Happened.__struct_fields__,
        [
            msgspec.structs.astuple(
                msgspec.structs.replace(row, at=moment(row.at), props=_encode(row.props).decode())
            )
            for row in report.happened
        ],
    )
