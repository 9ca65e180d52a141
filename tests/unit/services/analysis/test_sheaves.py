"""Rows told part by part, had again sheaf by sheaf, from memory and from the file."""

from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis.rows import Columns
from services.analysis.sheaves import Sheaves, bound
from services.analysis.spill import Spill

SHEAVES = 3

parts = st.lists(
    st.lists(st.tuples(st.integers(0, SHEAVES - 1), st.integers(-(2**60), 2**60), st.booleans())),
    min_size=1,
    max_size=4,
)
"""rows: the sheaf, what is said, and whether it is bound or left out"""
unhurried = settings(deadline=None)


@pytest.fixture(scope="module", params=[0, 50, 1_000_000], ids=["written", "some written", "in memory"])
def in_memory(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.analysis.spill.IN_MEMORY", request.param)
        yield


@pytest.mark.usefixtures("in_memory")
@unhurried
@given(parts)
def test_each_sheaf_has_its_rows_part_by_part_in_the_order_given(
    tmp_path_factory: pytest.TempPathFactory, told: list[list[tuple[int, int, bool]]]
) -> None:
    with closing(Spill(tmp_path_factory.getbasetemp())) as spill:
        sheaves = Sheaves(SHEAVES, spill)
        for part in told:
            sheaf, value, wanted = np.array(part, np.int64).reshape(-1, 3).T
            rows: Columns = {"value": value, "small": (value % 7).astype(np.uint8)}
            sheaves.add(bound(sheaf, SHEAVES, rows, np.flatnonzero(wanted)[::-1]))
        found = [rows() for rows in sheaves.each()]
    plain = [
        [value for part in told for one, value, wanted in reversed(part) if one == sheaf and wanted]
        for sheaf in range(SHEAVES)
    ]
    assert [rows["value"].tolist() for rows in found] == plain
    assert [rows["small"].tolist() for rows in found] == [[value % 7 for value in each] for each in plain]
