"""All that happened to the interesting buttons: who saw, hovered and clicked them, and the first clicks."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from services.analysis.grouped import by_group
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.first_clicks import NOTHING, first_clicks
from services.analysis.rows import Column, Columns
from services.analysis.ways import NOBODY, Bits, Whose, events, some_sessions, whose

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
    """Of some of the sessions, all of them, in the period. What is of a session has `place`: its number from the first
    one's on."""

    acts: Columns
    """who, place, thing (a button and a kind: number of the button * KINDS + kind), interval; each once"""
    clicks: Columns
    """place, button, interval and more"""
    hovers: Columns
    """button, elapsed (ms), flags"""
    firsts: Columns
    """place, button, interval, took (ms since the session's start or, of_page, its entry)"""


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
    """Those of these sessions, with `place`."""
    place = rows["session"] - sessions.first
    rest = {name: column for name, column in rows.items() if name != "session"}
    return _where(sessions.of.take(place) != NOBODY, {"place": place, **rest})


def touches(of: Read, begins: Sequence[int], start: int) -> Touches:
    """In the period that begins at `start` (UNIX ms), and its intervals that begin at these moments."""
    clicks, hovers, seen = (_known(of.sessions, rows) for rows in (of.clicks, of.hovers, of.seen))
    firsts = _since(start, _firsts(of, clicks, start))
    clicks = _since(start, clicks)
    found = [clicks, hovers, seen]
    place, time, button = (
        np.concatenate([one[name] for one in found]) for name in ("place", "time", "button")
    )
    kind = np.repeat(np.arange(KINDS, dtype=np.int32), [len(one["place"]) for one in found])
    interval = intervals.places(begins, time)
    group, place = by_group((button * np.int32(KINDS) + kind) * len(begins) + interval, place, once=True)
    thing = group // len(begins)
    return Touches(
        acts={
            "who": of.sessions.of.take(place),
            "place": place,
            "thing": thing,
            "interval": group - thing * len(begins),
        },
        clicks={**clicks, "interval": interval[: len(clicks["place"])]},
        hovers=hovers,
        firsts={**firsts, "interval": intervals.places(begins, firsts["time"])},
    )


def _firsts(of: Read, clicks: Columns, start: int) -> Columns:
    """Of the sessions that clicked since then, the first ones before it too."""
    clicked = np.zeros(len(of.started), np.bool_)
    clicked[_since(start, clicks)["place"]] = True
    clicks = _where(clicked.take(clicks["place"]), clicks)
    views = {**of.views, "place": of.views["session"] - of.sessions.first}
    found = first_clicks(views, np.flatnonzero(clicked.take(views["place"])), clicks)
    entered = found.pop("entered")
    of_page = entered != NOTHING
    begins = np.where(of_page, entered, of.started.take(found["place"]))
    return {**found, "took": np.maximum(found["time"] - begins, 0), "of_page": of_page}


def _since(start: int, rows: Columns) -> Columns:
    return _where(rows["time"] >= start, rows)


def _where(those: Bits, rows: Columns) -> Columns:
    if those.all():
        return rows
    places = np.flatnonzero(those)
    return {name: column.take(places) for name, column in rows.items()}
