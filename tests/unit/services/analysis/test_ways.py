"""Columns in the order sent."""

import numpy as np
import pytest

from services.analysis.ways import NOBODY, ascending, by_number, in_order

ROWS = [
    # who, time, n, i, session
    (2, 5, 1, 0, 1),
    (1, 9, 7, 1, 1),
    (1, 9, 7, 0, 1),
    (1, 9, 6, 3, 1),
    (1, 3, 8, 0, 1),
    (2, 5, 1, 0, 0),
    (0, 5, 1, 0, 0),
]


@pytest.mark.parametrize("far", [0, 2**60], ids=["one key", "too far apart for one key"])
def test_by_who_then_time_then_frame_then_place_then_session(far: int) -> None:
    rows = [(who, time + far * (who == 2), n, i, session) for who, time, n, i, session in ROWS]
    who, time, n, i, session = np.array(rows, np.int64).T
    order = in_order(who, time, n, i, session)
    assert [rows[place] for place in order] == sorted(rows)


def test_nothing_is_in_order() -> None:
    none = np.zeros(0, np.int64)
    assert len(in_order(none, none, none, none, none)) == 0


def test_what_is_nobody_s_is_left_out() -> None:
    rows = [(NOBODY, 1, 1, 0, 3), (0, 9, 1, 0, 1), (NOBODY, 2, 1, 0, 2), (0, 4, 1, 0, 4)]
    who, time, n, i, session = np.array(rows, np.int64).T
    assert in_order(who, time, n, i, session).tolist() == [3, 1]


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
