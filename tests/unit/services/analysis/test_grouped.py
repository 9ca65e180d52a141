"""Medians and counts of groups that are told part by part, beside the plain ones."""

from collections.abc import Iterator
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis.grouped import Grouped, grouped

GROUPS = 7

parts = st.lists(st.lists(st.tuples(st.integers(0, GROUPS - 1), st.sampled_from([0, 1, 2, 5, 2**20, 2**40]))))
unhurried = settings(deadline=None)
Rows = list[tuple[int, int]]


def told(rows: list[Rows]) -> Grouped:
    found = Grouped(GROUPS)
    for part in rows:
        group, values = np.array(sorted(part, key=lambda row: row[0]), np.int64).reshape(-1, 2).T
        found.add(grouped(group, values))
    return found


def of(rows: list[Rows], group: int) -> list[int]:
    return [value for part in rows for one, value in part if one == group]


@pytest.fixture(scope="module", params=[1, 3, 500_000], autouse=True)
def at_once(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.analysis.grouped.AT_ONCE", request.param)
        yield


@unhurried
@given(parts)
def test_the_median_of_each_group(rows: list[Rows]) -> None:
    plain = [of(rows, group) for group in range(GROUPS)]
    assert told(rows).medians() == [median(values) if values else None for values in plain]


@unhurried
@given(parts)
def test_what_is_there_twice_is_counted_once(rows: list[Rows]) -> None:
    assert told(rows).counted_once().tolist() == [len(set(of(rows, group))) for group in range(GROUPS)]


@unhurried
@given(parts)
def test_the_groups_that_have_any_and_what_they_have(rows: list[Rows]) -> None:
    found = told(rows)
    assert found.present().tolist() == sorted({group for part in rows for group, _ in part})
    assert [sorted(found.of(group).tolist()) for group in range(GROUPS)] == [
        sorted(of(rows, group)) for group in range(GROUPS)
    ]


@unhurried
@given(parts)
def test_groups_go_over_into_others_with_what_they_have(rows: list[Rows]) -> None:
    found = told(rows).regrouped(np.array([0, 0, 1, 1, 2, 2, 2]), 3)
    assert sorted(found.of(1).tolist()) == sorted(of(rows, 2) + of(rows, 3))
    assert found.counted_once().tolist()[2] == len({*of(rows, 4), *of(rows, 5), *of(rows, 6)})


def test_numbers_too_large_for_one_key() -> None:
    found = Grouped(3)
    found.add(grouped(np.array([0, 2, 2, 2]), np.array([1, 2**62, 2**62, 2**61])))
    assert found.counted_once().tolist() == [1, 0, 2]
    assert found.medians() == [1, None, 2.0**62]
