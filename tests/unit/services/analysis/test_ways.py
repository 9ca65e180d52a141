"""Columns in the order sent."""

import numpy as np
import pytest

from services.analysis.rows import Columns
from services.analysis.ways import NOBODY, ascending, by_number, by_people, in_order, keys

FAR = 2**60
"""ms: more than a key of 64 bits holds beside a session"""

ROWS = [
    # session, time, n, i
    (2, 5, 1, 0),
    (1, 9, 7, 1),
    (1, 9, 7, 0),
    (3, 9, 7, 2),
    (1, 9, 6, 3),
    (1, 3, 8, 0),
    (0, 5, 1, 0),
]


def columns(rows: list[tuple[int, int, int, int]]) -> Columns:
    return dict(zip(("session", "time", "n", "i"), np.array(rows, np.int64).reshape(-1, 4).T, strict=True))


@pytest.mark.parametrize(
    "far", [0, FAR, 2**62], ids=["one key", "too far apart for one key", "no time at all"]
)
def test_by_session_then_time_then_frame_then_place(far: int) -> None:
    rows = [(session, time + far * (session == 2), n, i) for session, time, n, i in ROWS]
    order = in_order(columns(rows), np.zeros(len(rows), np.int32))
    assert [rows[place] for place in order] == sorted(rows)


def test_nothing_is_in_order() -> None:
    none = np.zeros(0, np.int64)
    assert len(in_order(columns([]), none)) == 0
    assert len(by_people(none, none)) == 0


def test_what_is_nobody_s_is_left_out() -> None:
    rows = [(3, 1, 1, 0), (1, 9, 1, 0), (2, 2, 1, 0), (1, 4, 1, 0)]
    assert in_order(columns(rows), np.array([NOBODY, 0, NOBODY, 0])).tolist() == [3, 1]


@pytest.mark.parametrize("far", [0, FAR], ids=["one key", "too far apart for one key"])
def test_by_people_what_sessions_had_in_order(far: int) -> None:
    rows = [
        # who, time, and which
        (7, 20, "begins"),
        (7, 30 + far, "goes on"),
        (2, 10, "another's"),
        (7, 5, "in a session numbered later"),
        (7, 20, "of the same ms: the session numbered first is first"),
        (2, 12, "another's second"),
        (2, 11, "in a session that overlaps"),
    ]
    who, time = (np.array([row[place] for row in rows], np.int64) for place in (0, 1))
    assert by_people(who, time).tolist() == [2, 6, 5, 3, 0, 4, 1]


@pytest.mark.parametrize(
    "far", [1, FAR, 2**62], ids=["one key", "too far apart for one key", "no time at all"]
)
def test_keys_of_several_columns_can_be_compared(far: int) -> None:
    some, others = [(2, far), (1, 7)], [(1, 8), (2, far), (2, 0)]
    pairs = [np.array(rows, np.int64).reshape(-1, 2) for rows in (some, others, [])]
    found = keys(*((rows[:, 0], rows[:, 1]) for rows in pairs))
    assert [len(key) for key in found] == [2, 3, 0]
    key = np.concatenate(found)
    assert np.lexsort((np.arange(5), key)).tolist() == [1, 2, 4, 0, 3]
    assert key[0] == key[3]


@pytest.mark.parametrize("most", [3, 70_000, 2**40])
def test_by_number_keeps_equals_as_they_stand(most: int) -> None:
    numbers = np.array([most, 1, most, 0, 2, 1, 0])
    assert by_number(numbers).tolist() == [3, 6, 1, 5, 4, 0, 2]


def test_rows_are_brought_into_the_order_of_sessions() -> None:
    rows = {"session": np.array([3, 1, 70_000, 1]), "started": np.array([10, 20, 30, 40])}
    assert {name: column.tolist() for name, column in ascending(rows).items()} == {
        "session": [1, 1, 3, 70_000],
        "started": [20, 40, 10, 30],
    }
