"""All that happened to the interesting buttons: who saw, hovered and clicked them, and the first clicks."""

from collections.abc import Iterator

import msgspec
import numpy as np

from services.analysis.reading import Reading
from services.analysis.reports.first_clicks import first_clicks
from services.analysis.rows import Column, Columns
from services.analysis.ways import NOBODY, Whose, events, fetch, numbered, together, whose

CLICKED, HOVERED, SAW = range(3)
KINDS = 3
_TABLES = {CLICKED: ("clicks", ", n, i"), HOVERED: ("hovers", ", elapsed, flags"), SAW: ("seen", "")}


class Touches(msgspec.Struct):
    """Of some of the visitors, all of them."""

    all: Columns
    """who, session, time, button, kind: in the period, those of one visitor together"""
    hovers: Columns
    """session, time, button, elapsed (ms), flags: in the period"""
    firsts: Columns
    """session, button, clicked (UNIX ms, in the period), took (ms since the session's start or, of_page, its entry)"""


def touches(on: Reading) -> Iterator[Touches]:
    """In parts that fit into memory. Table wanted(button, target): the elements that are each button."""
    chosen = fetch(on, "select session, visitor, started from chosen")
    for part in whose(on, chosen["session"], numbered(chosen["visitor"])):
        started = np.zeros(len(part.of), np.int64)
        started[chosen["session"]] = chosen["started"]
        # A click before the period counts for nothing, but that the next one is not the first.
        clicks = _of_kind(on, part, CLICKED, 0)
        found = [
            {name: column[clicks["time"] >= on.period.start] for name, column in clicks.items()},
            *(_of_kind(on, part, kind, on.period.start) for kind in (HOVERED, SAW)),
        ]
        touched = {
            name: np.concatenate([one[name] for one in found])
            for name in ("who", "session", "time", "button")
        }
        touched["kind"] = np.repeat(np.arange(KINDS, dtype=np.uint8), [len(one["who"]) for one in found])
        places = together(touched["who"])
        touched = {name: column[places] for name, column in touched.items()}
        yield Touches(touched, found[HOVERED], _firsts(on, part, clicks, started))


def _of_kind(on: Reading, part: Whose, kind: int, start: int) -> Columns:
    table, columns = _TABLES[kind]
    asked = {"app": on.app, "start": start, "end": on.period.end}
    rows = events(on, "touches", part, asked, table=table, columns=columns)
    here = rows["who"] != NOBODY
    return {name: column[here] for name, column in rows.items()}


def _firsts(on: Reading, part: Whose, clicks: Columns, started: Column) -> Columns:
    clicked = np.zeros(len(part.of), np.bool_)
    clicked[clicks["session"][clicks["time"] >= on.period.start]] = True
    clickers = Whose(np.where(clicked, part.of, NOBODY), few=True)
    views = events(on, "walks", clickers, {"app": on.app, "end": on.period.end})
    here = clicked[clicks["session"]]
    walks = {
        name: np.concatenate([views[name], clicks[name][here]]) for name in ("session", "time", "n", "i")
    }
    nothing = np.full(len(views["session"]), -1, np.int32)
    found = first_clicks({**walks, "button": np.concatenate([nothing, clicks["button"][here]])})
    found = {name: column[found["clicked"] >= on.period.start] for name, column in found.items()}
    of_page = found.pop("entered")
    begins = np.where(of_page < 0, started[found["session"]], of_page)
    return {**found, "took": np.maximum(found["clicked"] - begins, 0), "of_page": of_page >= 0}
