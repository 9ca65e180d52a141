"""All that happened to the interesting buttons: who saw, hovered and clicked them, and the first clicks."""

from collections.abc import Iterator

import msgspec
import numpy as np

from services.analysis.reading import Reading
from services.analysis.reports.first_clicks import NOTHING, first_clicks
from services.analysis.rows import Column, Columns
from services.analysis.ways import NOBODY, Whose, events, some_sessions, whose

CLICKED, HOVERED, SAW = range(3)
KINDS = 3
LARGER = 2
"""times as large are the parts as other reports': they take four questions each, for less than half of the events"""
_TABLES = {CLICKED: ("clicks", ", n, i"), HOVERED: ("hovers", ", elapsed, flags"), SAW: ("seen", "")}


class Read(msgspec.Struct):
    """What is read of some sessions, in no order, and between them."""

    sessions: Whose
    clicks: Columns
    """before the period too: the next one is not the first then"""
    hovers: Columns
    seen: Columns
    views: Columns
    """page views: all of them take less to read than to look for those of who clicked"""
    started: Column
    """UNIX ms, by the session's number from the first on"""
    name: Column
    """of the part of a breakdown, likewise; empty where there are no parts"""


class Touches(msgspec.Struct):
    """Of some of the sessions, all of them."""

    all: Columns
    """who, session, time, button, kind: in the period"""
    hovers: Columns
    """session, time, button, elapsed (ms), flags: in the period"""
    firsts: Columns
    """session, button, clicked (UNIX ms, in the period), took (ms since the session's start or, of_page, its entry)"""


def read(on: Reading, sessions: str) -> Iterator[Read]:
    """Part by part, of these sessions (SQL of `session, visitor, started`, and of `name` where there are parts). Table
    wanted(button, target): the elements that are each button."""
    for those, part in whose(on, some_sessions(on, sessions), "visitor", LARGER):
        yield Read(
            sessions=part,
            clicks=_of_kind(on, part, CLICKED, 0),
            hovers=_of_kind(on, part, HOVERED, on.period.start),
            seen=_of_kind(on, part, SAW, on.period.start),
            views=events(on, "walks", part, {"app": on.app, "end": on.period.end}),
            started=part.by_number(those["session"], those["started"]),
            name=part.by_number(those["session"], those["name"])
            if "name" in those
            else np.zeros(0, np.int32),
        )


def _of_kind(on: Reading, part: Whose, kind: int, start: int) -> Columns:
    table, columns = _TABLES[kind]
    asked = {"app": on.app, "start": start, "end": on.period.end}
    return events(on, "touches", part, asked, table=table, columns=columns)


def _known(sessions: Whose, rows: Columns) -> Columns:
    """Those of these sessions, and who they are of."""
    who = sessions.who(rows["session"])
    here = np.flatnonzero(who != NOBODY)
    return {"who": who.take(here), **{name: column.take(here) for name, column in rows.items()}}


def touches(of: Read, start: int) -> Touches:
    """In the period that begins at `start` (UNIX ms)."""
    clicks, hovers, seen = (_known(of.sessions, rows) for rows in (of.clicks, of.hovers, of.seen))
    inside = np.flatnonzero(clicks["time"] >= start)
    found = [{name: column.take(inside) for name, column in clicks.items()}, hovers, seen]
    touched = {
        name: np.concatenate([one[name] for one in found]) for name in ("who", "session", "time", "button")
    }
    touched["kind"] = np.repeat(np.arange(KINDS, dtype=np.uint8), [len(one["who"]) for one in found])
    return Touches(touched, hovers, _firsts(of, clicks, start))


def _firsts(of: Read, clicks: Columns, start: int) -> Columns:
    clicked = np.zeros(len(of.started), np.bool_)
    clicked[clicks["session"] - of.sessions.first] = True
    viewed = np.flatnonzero(clicked.take(of.views["session"] - of.sessions.first))
    found = first_clicks(of.views, viewed, clicks)
    inside = np.flatnonzero(found["clicked"] >= start)
    found = {name: column.take(inside) for name, column in found.items()}
    entered = found.pop("entered")
    of_page = entered != NOTHING
    begins = np.where(of_page, entered, of.started.take(found["session"] - of.sessions.first))
    return {**found, "took": np.maximum(found["clicked"] - begins, 0), "of_page": of_page}
