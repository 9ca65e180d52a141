"""The first click on each button: of a session, and of each of its page views."""

import numpy as np

from services.analysis.rows import Columns
from services.analysis.ways import by_number, changes, in_order

NO_ENTRY = -1


def first_clicks(walks: Columns) -> Columns:
    """Of page views (button -1) and clicks, `session, time, n, i, button`: `button, session, clicked, entered` of the
    first click on each button in each session, where nothing was entered (NO_ENTRY), and of the first in each page
    view, with the moment it was entered (UNIX ms)."""
    order = in_order(walks, walks["session"])
    session, time, button = (walks[name].take(order) for name in ("session", "time", "button"))
    entering = button < 0
    clicks = np.flatnonzero(~entering)
    clicks = clicks.take(by_number(button.take(clicks)))
    # The latest before each, -1 where there is none; one of an earlier session is none of this one's.
    view = np.append(np.flatnonzero(entering), -1)[entering.cumsum().take(clicks) - 1]
    view[session[view] != session[clicks]] = -1
    of_session = clicks[changes(session[clicks], button[clicks])]
    seen = np.flatnonzero(view >= 0)
    of_view = seen[changes(view[seen], button[clicks[seen]])]
    rows = np.concatenate([of_session, clicks[of_view]])
    entered = np.concatenate([np.full(len(of_session), NO_ENTRY, np.int64), time[view[of_view]]])
    return {"button": button[rows], "session": session[rows], "clicked": time[rows], "entered": entered}
