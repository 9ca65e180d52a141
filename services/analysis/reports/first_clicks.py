"""The first click on each button: of a session, and of each of its page views."""

import numpy as np

from services.analysis.rows import Column, Columns
from services.analysis.ways import Places, in_order

NO_ENTRY = -1


def first_clicks(walks: Columns) -> Columns:
    """`firsts(button, session, clicked, entered)` of queries/walks.sql: in each session the first click on each button,
    where nothing was entered (NO_ENTRY), and in each page view the first, with the moment it was entered (UNIX ms)."""
    order = in_order(walks["session"], walks["time"], walks["n"], walks["i"], walks["session"])
    session, time, button = (walks[name][order] for name in ("session", "time", "button"))
    view = np.maximum.accumulate(np.where(button < 0, np.arange(len(order)), -1))
    clicks = np.flatnonzero(button >= 0)
    view = view[clicks]
    # A view of an earlier session is none of this one's.
    view[session[view] != session[clicks]] = -1
    of_session = clicks[_first(session[clicks].astype(np.int64), button[clicks])]
    seen = np.flatnonzero(view >= 0)
    of_view = seen[_first(view[seen], button[clicks[seen]])]
    rows = np.concatenate([of_session, clicks[of_view]])
    entered = np.concatenate([np.full(len(of_session), NO_ENTRY, np.int64), time[view[of_view]]])
    return {"button": button[rows], "session": session[rows], "clicked": time[rows], "entered": entered}


def _first(what: Column, button: Column) -> Places:
    """The places of the first of each pair."""
    _, places = np.unique(what * (int(button.max(initial=0)) + 1) + button, return_index=True)
    return places
