"""Work that stands back behind what takes events."""

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from services.analysis.background import NICER, in_background
from services.analysis.projection import Projection


def niceness() -> int:
    """Of the calling thread."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def threads() -> set[int]:
    """Of this process, by their native ids."""
    return {int(task.name) for task in Path("/proc/self/task").iterdir()}


def test_work_stands_back_and_so_does_what_it_starts_but_not_who_waits_for_it() -> None:
    before, started = niceness(), list[int]()

    def work() -> int:
        thread = threading.Thread(target=lambda: started.append(niceness()))
        thread.start()
        thread.join()
        return niceness()

    assert in_background(work) == before + NICER
    assert started == [before + NICER]
    assert niceness() == before


def test_what_fails_is_raised_and_no_thread_is_left() -> None:
    worked_on: list[int] = []

    def work() -> None:
        worked_on.append(threading.get_native_id())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_background(work)
    end = time.monotonic() + 5
    while threads() & set(worked_on):  # it has ended, but the system may take a moment to know
        assert time.monotonic() < end


def test_the_threads_of_a_projection_stand_back(file: Path) -> None:
    before, others = niceness(), threads()
    projection = Projection(file, "256MB", 3)
    projection.create("first")
    own = set()
    for thread in threads() - others:
        with suppress(ProcessLookupError):  # the one that opened the file may be ending
            own.add(os.getpriority(os.PRIO_PROCESS, thread))
    projection.close()
    assert own == {before + NICER}


PATCHED = """
import os, sys, threading
import eventlet
eventlet.monkey_patch()
from pathlib import Path
from services.analysis.matching import Matcher
from services.analysis.projection import Projection
from services.analysis.projector import Projector
from services.contracts.analysis.scope import Period, Scope
from services.contracts.config import AppConfig

def niceness(*_):
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

projector = Projector()
projector.projection = Projection(Path(sys.argv[1]), "256MB", 1)
projector.standing = projector.projection.create("first")
projector.matcher, projector.as_of = Matcher(), 0
projector.going_on = projector._open = True
projector._readers = 0
scope = Scope(period=Period(start=0, end=86_400_000))
report = projector.read(scope, AppConfig(app="a" * 24, version=1), niceness)
print(report - niceness(), projector.write(niceness) - niceness())
"""


def test_a_report_stands_back_and_projecting_does_not(file: Path) -> None:
    patched = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PATCHED, str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert patched.stdout.split() == [str(NICER), "0"], patched.stderr
