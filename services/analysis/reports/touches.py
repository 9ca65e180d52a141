"""All that happened to the interesting buttons: who saw, hovered and clicked them, and the first clicks."""

from collections.abc import Iterator

import msgspec
import numpy as np

from services.analysis.reading import Reading
from services.analysis.reports.first_clicks import first_clicks
from services.analysis.reports.visits import people
from services.analysis.rows import Column, Columns
from services.analysis.ways import NOBODY, Whose, events, fetch, whose

CLICKED, HOVERED, SAW = range(3)
KINDS = 3
_TABLES = {CLICKED: ("clicks", ", n, i"), HOVERED: ("hovers", ", elapsed, flags"), SAW: ("seen", "")}


class Read(msgspec.Struct):
    """What is read of some sessions, in no order."""

    clicks: Columns
    """before the period too: the next one is not the first then"""
    hovers: Columns
    seen: Columns
    views: Columns
    """page views: all of them take less to read than to look for those of who clicked"""
    first: int
    """the lowest of the sessions' numbers"""
    started: Column
    """UNIX ms, by the session's number from the first on"""


class Touches(msgspec.Struct):
    """Of some of the sessions, all of them."""

    all: Columns
    """who, session, time, button, kind: in the period"""
    hovers: Columns
    """session, time, button, elapsed (ms), flags: in the period"""
    firsts: Columns
    """session, button, clicked (UNIX ms, in the period), took (ms since the session's start or, of_page, its entry)"""


def read(on: Reading) -> Iterator[Read]:
    """Part by part. Table wanted(button, target): the elements that are each button."""
    those = people(fetch(on, "select session, visitor, started from chosen"))
    for part in whose(on, those.session, those.who):
        clicks = _of_kind(on, part, CLICKED, 0)
        yield Read(
            clicks=clicks,
            hovers=_of_kind(on, part, HOVERED, on.period.start),
            seen=_of_kind(on, part, SAW, on.period.start),
            views=events(on, "walks", part, {"app": on.app, "end": on.period.end}),
            first=part.first,
            started=part.by_number(those.session, those.started),
        )


def _of_kind(on: Reading, part: Whose, kind: int, start: int) -> Columns:
    table, columns = _TABLES[kind]
    asked = {"app": on.app, "start": start, "end": on.period.end}
    rows = events(on, "touches", part, asked, table=table, columns=columns)
    here = rows["who"] != NOBODY
    return {name: column[here] for name, column in rows.items()}


def touches(of: Read, start: int) -> Touches:
    """In the period that begins at `start` (UNIX ms)."""
    inside = of.clicks["time"] >= start
    found = [{name: column[inside] for name, column in of.clicks.items()}, of.hovers, of.seen]
    touched = {
        name: np.concatenate([one[name] for one in found]) for name in ("who", "session", "time", "button")
    }
    touched["kind"] = np.repeat(np.arange(KINDS, dtype=np.uint8), [len(one["who"]) for one in found])
    return Touches(touched, of.hovers, _firsts(of, start))


def _firsts(of: Read, start: int) -> Columns:
    clicked = np.zeros(len(of.started), np.bool_)
    clicked[of.clicks["session"][of.clicks["time"] >= start] - of.first] = True
    views, clicks = (np.flatnonzero(clicked[rows["session"] - of.first]) for rows in (of.views, of.clicks))
    walks = {
        name: np.concatenate([of.views[name][views], of.clicks[name][clicks]])
        for name in ("session", "time", "n", "i")
    }
    nothing = np.full(len(views), -1, np.int32)
    found = first_clicks({**walks, "button": np.concatenate([nothing, of.clicks["button"][clicks]])})
    found = {name: column[found["clicked"] >= start] for name, column in found.items()}
    of_page = found.pop("entered")
    begins = np.where(of_page < 0, of.started[found["session"] - of.first], of_page)
    return {**found, "took": np.maximum(found["clicked"] - begins, 0), "of_page": of_page >= 0}
