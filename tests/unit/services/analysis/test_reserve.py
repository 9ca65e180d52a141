"""What the next report needs is not given back meanwhile."""

import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from services.analysis.matching import Matcher
from services.analysis.projection import Projection
from services.analysis.reading import Reading, reading
from services.analysis.reserve import HELD, RESERVE, Reserve
from services.contracts.analysis.report import Freshness
from services.contracts.analysis.scope import Period, Scope
from services.contracts.config import AppConfig
from services.contracts.errors import InvalidInput
from services.contracts.filters import parse

AFTER_A_TRIM = """
import ctypes
import resource
import sys
import numpy as np
from services.analysis.memory import keep_memory
from services.analysis.reserve import HELD, RESERVE

keep_memory()
if "held" in sys.argv:
    RESERVE.fill(HELD)
for _ in range(2):
    ctypes.CDLL(None).malloc_trim(0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    with RESERVE.lent():
        columns = [np.ones(100_000) for _ in range(60)]
        if "other" in sys.argv:
            with RESERVE.lent():
                pass
        columns.clear()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
PAGES = 60 * 100_000 * 8 // 4096

linux = pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")


def faults(*how: str) -> list[int]:
    printed = subprocess.check_output([sys.executable, "-c", AFTER_A_TRIM, *how], text=True)
    return [int(line) for line in printed.split()]


@linux
@pytest.mark.parametrize("how", [("held",), ("held", "other")], ids=["one report", "another ends before it"])
def test_a_report_finds_its_memory_though_malloc_gave_back_what_was_free(how: tuple[str, ...]) -> None:
    assert max(faults(*how)) < PAGES / 50


@linux
def test_what_one_report_took_is_held_for_the_next() -> None:
    first, second = faults()
    assert second < first / 10


@pytest.fixture
def reserve(monkeypatch: pytest.MonkeyPatch) -> Reserve:
    """The process' own, where malloc keeps what it has."""
    monkeypatch.setattr("services.analysis.reserve.is_kept", lambda: True)
    RESERVE.release()
    return RESERVE


def test_it_is_held_from_the_start_and_lent_to_each_report(file: Path, reserve: Reserve) -> None:
    projection = Projection(file, "256MB", 1)
    projection.create("nowhere")
    projection.warm()
    assert reserve.held == HELD
    for filters in ([], ["entry:/"]):
        with asked(projection, filters):
            assert reserve.held == 0
        assert reserve.held == HELD
    projection.close()
    assert reserve.held == 0


def test_a_report_that_fails_gives_it_back(file: Path, reserve: Reserve) -> None:
    projection = Projection(file, "256MB", 1)
    projection.create("nowhere")
    with pytest.raises(ZeroDivisionError), asked(projection, []):
        raise ZeroDivisionError
    assert reserve.held == HELD
    with pytest.raises(InvalidInput), asked(projection, ["segment:none"]):
        raise AssertionError("not reached")
    assert reserve.held == HELD
    projection.close()


def asked(projection: Projection, about: list[str]) -> AbstractContextManager[Reading]:
    scope = Scope(period=Period(start=0, end=1), filters=[parse(text, "f") for text in about])
    fresh = Freshness(as_of=0, complete=True)
    return reading(projection.cursor(), Matcher(), scope, AppConfig(app="", version=1), fresh)


def test_who_fills_it_while_a_report_is_at_work_takes_nothing(reserve: Reserve) -> None:
    with reserve.lent():
        reserve.fill(HELD)
        assert reserve.held == 0
        with reserve.lent():
            pass
        assert reserve.held == 0
    assert reserve.held == HELD
    reserve.release()


def test_what_is_not_to_be_had_is_not_held(reserve: Reserve, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("services.analysis.reserve.np.empty", full)
    with reserve.lent():
        pass
    assert reserve.held == 0


def test_nothing_is_held_where_malloc_does_not_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analysis.reserve.is_kept", lambda: False)
    reserve = Reserve()
    reserve.fill(HELD)
    with reserve.lent():
        pass
    assert reserve.held == 0
