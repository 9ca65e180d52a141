"""Columns set aside: some in memory, the others in a file."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from services.analysis.rows import Column
from services.analysis.spill import Spill


@pytest.fixture
def spill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spill]:
    monkeypatch.setattr("services.analysis.spill.IN_MEMORY", 100)
    with closing(Spill(tmp_path)) as spill:
        yield spill


def test_only_so_much_stays_in_memory(spill: Spill) -> None:
    told = [np.arange(n, n + 10) for n in range(10)]
    kept = [spill.keep(column) for column in told]
    stays = [np.shares_memory(one.rows(), column) for one, column in zip(kept, told, strict=True)]
    assert stays == [True] + [False] * 9
    assert [one.rows().tolist() for one in kept] == [column.tolist() for column in told]
    assert [one.rows(3, 5).tolist() for one in kept] == [column[3:5].tolist() for column in told]


def test_what_is_kept_has_its_type_and_shape(spill: Spill) -> None:
    told: list[Column] = [
        np.zeros((0, 3), np.uint8),
        np.arange(200, dtype=np.uint16),
        np.arange(60.0).reshape(20, 3).T,
    ]
    for column in told:
        kept = spill.keep(column)
        assert (len(kept), kept.rows().dtype) == (len(column), column.dtype)
        assert np.array_equal(kept.rows(), column)
        assert np.array_equal(kept.rows(1, 2), column[1:2])


def test_the_file_is_gone_with_the_report(spill: Spill, tmp_path: Path) -> None:
    kept = spill.keep(np.zeros(200))
    assert list(tmp_path.iterdir()) == []
    spill.close()
    with pytest.raises(ValueError, match="closed"):
        kept.rows()
