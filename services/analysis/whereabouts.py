"""On which page, and how wide it was, each click and move happened: what a tracker says once, when a page is entered or
clicked, is carried forward to the events after it, in the order sent.

It goes by what has come so far. A frame that comes after a later page was entered is on no page, unless it brings its
own: better on no heat map than on a wrong one.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.analysis.rows import Column, Columns
from services.analysis.sessions import Session

CLICK, PAGE = 1, 2

Rows = NDArray[np.int64]


def carry_forward(events: Columns, sessions: Sequence[Session]) -> None:
    """Fill `page` and `page_w` of all events and `before` (the page before) of page views, and keep in the sessions
    what the next batch goes on from. The events are in the order that columns.event_columns gives them."""
    session, time = events["session"], events["time"]
    events["before"] = np.zeros(len(time), np.int32)
    if not len(time):
        return
    begins = np.flatnonzero(np.insert(np.diff(session) != 0, 0, True))
    known = {one.number: one for one in sessions}
    of_group = [known[number] for number in session[begins].tolist()]
    group = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(time))))

    page, width = events["page"], events["page_w"]
    entered = events["kind"] == PAGE
    last = _last(entered, begins[group])
    page_at = np.array([one.page_at for one in of_group], np.int64)[group]
    earlier = np.array([one.page for one in of_group], np.int32)[group]
    earlier[time < page_at] = 0
    here = np.where(last >= 0, page[last], earlier)
    previous = np.insert(last[:-1], 0, -1)
    previous[previous < begins[group]] = -1
    # The landing page is where a session is before its first page view, not what it has seen.
    before = np.where(previous >= 0, page[previous], np.where(page_at > 0, earlier, 0))

    measured = (events["kind"] == CLICK) & (width > 0)
    last_width = _last(measured, begins[group])
    earlier_width = np.array([one.width for one in of_group], np.int32)[group]

    events["page"] = here.astype(np.int32)
    events["page_w"] = np.where(last_width >= 0, width[last_width], earlier_width).astype(np.int32)
    events["before"] = np.where(entered, before, 0).astype(np.int32)
    ends = np.append(begins[1:], len(time)) - 1
    _keep(of_group, last[ends], here[ends], events["page_w"][ends], time)


def screen_width(screen: str) -> int:
    """CSS px of `1920x1080`, 0 where it says nothing."""
    width = screen.partition("x")[0]
    return min(int(width), 100_000) if width.isascii() and width.isdigit() else 0


def _last(which: Column, begin: Rows) -> Rows:
    """For each row the last one so far, of its session, that is one of these; -1 where there is none."""
    last = np.maximum.accumulate(np.where(which, np.arange(len(which)), -1))
    last[last < begin] = -1
    return last


def _keep(sessions: Sequence[Session], last: Rows, pages: Column, widths: Column, time: Column) -> None:
    for session, row, page, width in zip(
        sessions, last.tolist(), pages.tolist(), widths.tolist(), strict=True
    ):
        session.width = width
        if row >= 0 and time[row] >= session.page_at:
            session.page, session.page_at = page, int(time[row])
