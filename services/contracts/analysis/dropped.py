"""Those who left the funnel after a stage: which sessions, and where they went instead."""

from typing import Annotated, ClassVar

import msgspec

from services.contracts.analysis.report import Report, ReportCall
from services.contracts.analysis.sessions import SessionId
from services.contracts.config import Funnel

StageNumber = Annotated[int, msgspec.Meta(ge=1, le=11)]
"""from 1"""


class WentTo(msgspec.Struct, kw_only=True):
    page: str | None
    """path of the page entered next; None: the session ended there"""
    count: int


class DroppedSession(msgspec.Struct, kw_only=True):
    session: SessionId
    at: int
    """UNIX ms of the last stage reached"""
    page: str | None
    """as in WentTo"""


class DroppedReport(Report, kw_only=True):
    funnel: Funnel
    stage: int
    dropped: int
    """who reached this stage but not the next: what the funnel says of the next"""
    went_to: list[WentTo]
    """most frequent first, at most 50"""
    elsewhere: int
    """to pages beyond those"""
    sessions: list[DroppedSession]
    """in which the last stage was reached, the latest first, at most 100"""


class GetDropped(ReportCall[DroppedReport]):
    """Of the configured funnel, or the one given ad hoc. Raises InvalidInput (stage, what the funnel raises)."""

    address: ClassVar[str] = "analysis.dropped"
    stage: StageNumber
    funnel: Funnel | None = None
