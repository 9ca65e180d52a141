"""What the next report needs is not given back meanwhile."""

import subprocess
import sys

import pytest

from services.analysis.reserve import HELD, Reserve

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


def test_nothing_is_held_where_malloc_does_not_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analysis.reserve.is_kept", lambda: False)
    reserve = Reserve()
    reserve.fill(HELD)
    with reserve.lent():
        pass
    assert reserve.held == 0
