"""The first click on each button: of a session, and of each of its page views."""

import numpy as np

from services.analysis.rows import Columns
from services.analysis.ways import Places, Sent, as_sent, by_number, changes, keys

NOTHING = -1
"""was entered before"""


def first_clicks(views: Columns, viewed: Places, clicks: Columns) -> Columns:
    """Of page views (those `viewed`, at least all of the clicks' sessions) and clicks, `place` (of the session), `time,
    n, i` and of clicks `button`: `button, place, time, entered` of the first click on each button in each session,
    where NOTHING was entered, and of the first in each page view, with the moment it was entered (UNIX ms)."""
    of_view, of_click = keys(
        (views["place"].take(viewed), views["time"].take(viewed)), (clicks["place"], clicks["time"])
    )
    sent_views = as_sent(views, viewed, of_view)
    sent_clicks = as_sent(clicks, np.arange(len(of_click)), of_click)
    view = _latest(sent_views, sent_clicks)
    by_button = by_number(sent_clicks.all("button"))
    view = view.take(by_button)
    place, time, button = (sent_clicks.at(by_button, name) for name in ("place", "time", "button"))
    in_session = np.flatnonzero(changes(place, button))
    in_view = np.flatnonzero(changes(view, button) & (view != NOTHING))
    rows = np.concatenate([in_session, in_view])
    return {
        "button": button.take(rows),
        "place": place.take(rows),
        "time": time.take(rows),
        "entered": np.append(
            np.full(len(in_session), NOTHING, np.int64), sent_views.at(view.take(in_view), "time")
        ),
    }


def _latest(views: Sent, clicks: Sent) -> Places:
    """Of each click the latest page view before it in its session, NOTHING where there is none."""
    if not len(views.key):
        return np.full(len(clicks.key), NOTHING, np.int64)
    found = np.searchsorted(views.key, clicks.key, side="right") - 1
    # Ties are few: a view of the same ms may have been sent after the click.
    same = np.arange(len(found))
    while len(same := same[(views.key.take(found[same]) == clicks.key[same]) & (found[same] >= 0)]):
        frame, place = (views.at(found[same], name) for name in ("n", "i"))
        own_frame, own_place = (clicks.at(same, name) for name in ("n", "i"))
        same = same[(frame > own_frame) | ((frame == own_frame) & (place > own_place))]
        found[same] -= 1
    found[views.at(found, "place") != clicks.all("place")] = NOTHING
    return found
