"""The sessions that started in the period, each with what it did, whenever that was; as columns by the session's
number."""

import msgspec
import numpy as np

from services.analysis.reading import Reading
from services.analysis.rows import Column, Columns
from services.analysis.ways import ascending, fetch
from services.contracts.analysis.scope import Period

BEGUN = "select session, visitor, started from chosen where started >= $start and started < $end"
SHORT = 10_000
"""ms: a bounce is under"""


class Begun(msgspec.Struct):
    """In the order of their numbers."""

    session: Column
    who: Column
    """the visitor's number"""
    started: Column


class Did(msgspec.Struct):
    """By the session's number, from the first of them on; of other sessions it means nothing."""

    until: Column
    """UNIX ms: the last sign of life, the start where there was none since"""
    bounced: Column
    """one page view, no click, and under 10 s"""
    page_views: Column
    events: Column


def begun(on: Reading, period: Period) -> Begun:
    return in_turn(fetch(on, BEGUN, {"start": period.start, "end": period.end}))


def in_turn(sessions: Columns) -> Begun:
    """These sessions of `chosen`, in the order of their numbers."""
    sessions = ascending(sessions)
    return Begun(who=sessions.pop("visitor"), **sessions)


def did(deeds: Columns, started: Column, first: int) -> Did:
    """From the rows of queries/did.sql; `started` by the session's number, from the first of them on."""
    place, until = deeds["session"] - first, started.copy()
    np.maximum.at(until, place, deeds["last_sign"])
    views, clicks, events = (
        np.bincount(place, deeds[name], len(started)) for name in ("page_views", "clicks", "events")
    )
    bounced = (views == 1) & (clicks == 0) & (until - started < SHORT)
    return Did(until, bounced, views, events)
