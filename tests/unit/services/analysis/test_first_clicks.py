"""First clicks where moments are the same: then the frames and the places in them say what came first."""

import numpy as np

from services.analysis.reports.first_clicks import NOTHING, first_clicks
from services.analysis.rows import Columns

Event = tuple[int, int, int, int]
"""place of the session, time, n, i"""


def columns(events: list[Event]) -> Columns:
    return dict(zip(("place", "time", "n", "i"), np.array(events, np.int64).reshape(-1, 4).T, strict=True))


def found(views: list[Event], clicks: list[tuple[Event, int]]) -> list[tuple[int, int, int, int]]:
    """place of the session, button, time, entered"""
    clicked = {
        **columns([event for event, _ in clicks]),
        "button": np.array([button for _, button in clicks], np.uint16),
    }
    first = first_clicks(columns(views), np.arange(len(views)), clicked)
    names = ("place", "button", "time", "entered")
    return sorted(zip(*(first[name].tolist() for name in names), strict=True))


def test_of_the_session_and_of_each_page_view() -> None:
    views = [(1, 10, 1, 0), (1, 50, 2, 0), (2, 5, 1, 0)]
    clicks = [
        ((1, 20, 1, 1), 0),
        ((1, 30, 1, 2), 0),
        ((1, 60, 2, 1), 0),
        ((1, 70, 2, 2), 1),
        ((2, 4, 1, 9), 0),
    ]
    assert found(views, clicks) == [
        (1, 0, 20, NOTHING),
        (1, 0, 20, 10),
        (1, 0, 60, 50),
        (1, 1, 70, NOTHING),
        (1, 1, 70, 50),
        (2, 0, 4, NOTHING),
    ]


def test_a_view_of_the_same_moment_that_was_sent_later_was_not_entered_yet() -> None:
    views = [(1, 10, 1, 0), (1, 20, 3, 0), (1, 20, 2, 5)]
    assert found(views, [((1, 20, 2, 4), 0)]) == [(1, 0, 20, NOTHING), (1, 0, 20, 10)]
    assert found(views, [((1, 20, 2, 6), 0)]) == [(1, 0, 20, NOTHING), (1, 0, 20, 20)]
    # Between two views of one moment, and after both: a first click in each.
    between_and_after = [((1, 20, 2, 6), 0), ((1, 25, 4, 0), 0)]
    assert found(views, between_and_after) == [(1, 0, 20, NOTHING), (1, 0, 20, 20), (1, 0, 25, 20)]


def test_what_is_clicked_before_any_view_is_in_none() -> None:
    clicks = [((3, 20, 1, 0), 0)]
    assert found([], clicks) == [(3, 0, 20, NOTHING)]
    assert found([(3, 20, 1, 1)], clicks) == [(3, 0, 20, NOTHING)]
    assert found([(2, 10, 1, 0), (4, 10, 1, 0)], clicks) == [(3, 0, 20, NOTHING)]
    assert found([(3, 20, 1, 1)], []) == []
