"""The journey: which ways sessions take through the pages."""

from typing import Annotated, ClassVar, Literal

import msgspec

from services.contracts.analysis.report import Report, ReportCall

Direction = Literal["forward", "back"]
Depth = Annotated[int, msgspec.Meta(ge=2, le=10)]
Named = Annotated[int, msgspec.Meta(ge=1, le=50)]


class JourneyNode(msgspec.Struct, kw_only=True):
    kind: Literal["page", "other", "exit"]
    """other: the rarer pages of the column together; exit: those who left before (going back: who came in after)"""
    page: str | None
    """path, of a page"""
    count: int
    """sessions"""


class JourneyLink(msgspec.Struct, kw_only=True):
    column: int
    """of the source, from 0; the target is in the next"""
    source: int
    """place in its column"""
    target: int
    count: int


class JourneyReport(Report, kw_only=True):
    """Every column adds up to the sessions."""

    sessions: int
    """that began in the period and have a page view (or entered the page asked for)"""
    columns: list[list[JourneyNode]]
    """as many as the depth; pages with most sessions first, then other, then exit"""
    links: list[JourneyLink]


class GetJourney(ReportCall[JourneyReport]):
    """Sessions as paths of pages; a page entered again at once counts once. Forward: from the entry, or from the first
    time the page was entered. Back: from the exit, or from the last time it was, column by column before it."""

    address: ClassVar[str] = "analysis.journey"
    page: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    """path"""
    direction: Direction = "forward"
    depth: Depth = 5
    """columns"""
    named: Named = 10
    """pages named in a column; the others are `other`"""
