"""The sessions themselves: a list, and what happened in one."""

from typing import Annotated, ClassVar, Literal

import msgspec

from services.contracts.analysis.report import Report, ReportCall

SessionId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
Happening = Literal["start", "click", "page", "hover", "seen", "move", "custom", "left"]


class SessionRow(msgspec.Struct, kw_only=True):
    session: str
    """32 hex digits"""
    visitor: str
    """16 hex digits, the same in all of the visitor's sessions"""
    started: int
    """UNIX ms"""
    duration: float
    """seconds to the last sign of life"""
    events: int
    page_views: int
    clicks: int
    returning: bool
    browser: str
    os: str
    device: str
    screen: str
    language: str
    timezone: str
    country: str
    channel: str
    referrer: str
    landing: str
    entry: str
    """path of the first page view"""
    exit: str
    params: dict[str, str]
    """campaign parameters and click ids of the landing"""


class SessionsReport(Report, kw_only=True):
    sessions: int
    """in all"""
    rows: list[SessionRow]
    """the latest first"""


class GetSessions(ReportCall[SessionsReport]):
    """Of those that started in the period."""

    address: ClassVar[str] = "analysis.sessions"
    most: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    """rows"""
    skip: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] = 0


class Happened(msgspec.Struct, kw_only=True):
    at: int
    """UNIX ms"""
    kind: Happening
    what: str
    """path of the page, element, or name of the event"""
    label: str
    """the page's title, the element's words"""
    seconds: float
    """page: on the page before; hover: of it; click: hovered before; move: of rest"""
    x: int
    y: int
    rage: bool
    dead: bool
    outcome: Literal["", "leave", "click"]
    """of a hover"""
    value: float | None
    currency: str
    props: dict[str, str | float | bool | None]


class SessionReport(Report, kw_only=True):
    session: SessionRow
    happened: list[Happened]
    """in the order sent, at most 5,000"""


class GetSession(ReportCall[SessionReport]):
    """One session, whenever it was. Raises SessionUnknown too."""

    address: ClassVar[str] = "analysis.session"
    session: SessionId
