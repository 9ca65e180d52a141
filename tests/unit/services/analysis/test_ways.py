"""Columns in the order sent."""

import numpy as np
import pytest

from services.analysis.ways import in_order

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
