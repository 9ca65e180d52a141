"""Medians and counts of groups that are told part by part, beside the plain ones."""

from collections.abc import Iterator
from contextlib import closing
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis.grouped import Grouped, by_group, grouped
from services.analysis.spill import Spill

GROUPS = 7

parts = st.lists(st.lists(st.tuples(st.integers(0, GROUPS - 1), st.sampled_from([0, 1, 2, 5, 2**20, 2**40]))))
unhurried = settings(deadline=None)
Rows = list[tuple[int, int]]


def told(rows: list[Rows], spill: Spill) -> Grouped:
    found = Grouped(GROUPS, spill)
    for part in rows:
        group, values = np.array(sorted(part, key=lambda row: row[0]), np.int64).reshape(-1, 2).T
        found.add(grouped(group, values))
    return found


def of(rows: list[Rows], group: int) -> list[int]:
    return [value for part in rows for one, value in part if one == group]


@pytest.fixture(scope="module", params=[(1, 0), (3, 20), (500_000, 1_000_000)])
def spill(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spill]:
    with (
        pytest.MonkeyPatch.context() as patch,
        closing(Spill(tmp_path_factory.getbasetemp())) as spill,
    ):
        pieces, in_memory = request.param
        patch.setattr("services.analysis.grouped.AT_ONCE", pieces)
        patch.setattr("services.analysis.spill.IN_MEMORY", in_memory)
        yield spill


@unhurried
@given(rows=parts)
def test_the_median_of_each_group(rows: list[Rows], spill: Spill) -> None:
    plain = [of(rows, group) for group in range(GROUPS)]
    assert told(rows, spill).medians() == [median(values) if values else None for values in plain]


@unhurried
@given(rows=parts)
def test_what_is_there_twice_is_counted_once(rows: list[Rows], spill: Spill) -> None:
    assert told(rows, spill).counted_once().tolist() == [len(set(of(rows, group))) for group in range(GROUPS)]


@unhurried
@given(rows=parts)
def test_the_groups_that_have_any_and_what_they_have(rows: list[Rows], spill: Spill) -> None:
    found = told(rows, spill)
    assert found.present().tolist() == sorted({group for part in rows for group, _ in part})
    assert [sorted(found.of(group).tolist()) for group in range(GROUPS)] == [
        sorted(of(rows, group)) for group in range(GROUPS)
    ]


@unhurried
@given(rows=parts)
def test_groups_go_over_into_others_with_what_they_have(rows: list[Rows], spill: Spill) -> None:
    found = told(rows, spill).regrouped(np.array([0, 0, 1, 1, 2, 2, 2]), 3)
    assert sorted(found.of(1).tolist()) == sorted(of(rows, 2) + of(rows, 3))
    assert found.counted_once().tolist()[2] == len({*of(rows, 4), *of(rows, 5), *of(rows, 6)})


def test_numbers_too_large_for_one_key(spill: Spill) -> None:
    found = Grouped(3, spill)
    found.add(grouped(np.array([0, 2, 2, 2]), np.array([1, 2**62, 2**62, 2**61])))
    assert found.counted_once().tolist() == [1, 0, 2]
    assert found.medians() == [1, None, 2.0**62]


@pytest.mark.parametrize("large", [9, 2**40, 2**62], ids=["narrow", "wide", "too wide for one key"])
def test_by_group_then_by_value_as_what_they_were(large: int) -> None:
    group, values = np.array([2, 0, 2, 2, 0], np.uint16), np.array([large, 7, 1, large, 3])
    assert [column.tolist() for column in by_group(group, values)] == [
        [0, 0, 2, 2, 2],
        [3, 7, 1, large, large],
    ]
    once = by_group(group, values, once=True)
    assert [column.tolist() for column in once] == [[0, 0, 2, 2], [3, 7, 1, large]]
    assert [column.dtype for column in once] == [np.uint16, np.int64]


@pytest.mark.parametrize("spill", [(3, 20)], indirect=True)
def test_a_large_group_is_gone_through_alone(spill: Spill) -> None:
    found = told([[(0, 5), (1, 1), (1, 2), (1, 3), (2, 7), (3, 8)]], spill)
    pieces = [(group.tolist(), values.tolist()) for group, values in (piece() for piece in found._pieces())]
    assert pieces == [([0], [5]), ([1], [1, 2, 3]), ([2, 3], [7, 8])]
