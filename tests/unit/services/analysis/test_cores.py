"""Parts worked on beside each other."""

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from services.analysis.cores import CORES, beside, worked


def test_what_is_made_of_the_parts_comes_in_their_order() -> None:
    later = threading.Event()

    def work(part: int) -> int:
        if part == 0:
            assert later.wait(5)
        later.set()
        return part * part

    assert list(worked(range(20), work)) == [part * part for part in range(20)]


def test_parts_are_worked_on_at_the_same_time() -> None:
    together = threading.Barrier(CORES)
    assert [*worked(range(CORES), lambda _: together.wait(5) >= 0)] == [True] * CORES


def test_no_more_parts_are_read_than_can_be_worked_on() -> None:
    read: list[int] = []
    let_go = threading.Event()

    def parts() -> Iterator[int]:
        for part in range(10):
            read.append(part)
            if len(read) == CORES + 1:
                let_go.set()
            yield part

    def work(part: int) -> tuple[int, int]:
        assert let_go.wait(5)
        return part, len(read)

    assert all(ahead <= part + 2 * CORES for part, ahead in worked(parts(), work))


@pytest.mark.parametrize("failing", ["reading", "working"])
def test_what_fails_is_raised_and_no_thread_is_left(failing: str) -> None:
    worked_on: list[int] = []

    def parts() -> Iterator[int]:
        yield from range(5)
        if failing == "reading":
            raise ValueError("no")

    def work(part: int) -> None:
        worked_on.append(threading.get_ident())
        if failing == "working" and part == 2:
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        list(worked(parts(), work))
    assert threading.get_ident() not in worked_on
    assert not {thread.ident for thread in threading.enumerate()} & set(worked_on)


PATCHED = """
import eventlet
eventlet.monkey_patch()
from eventlet import patcher, tpool
from services.analysis.cores import CORES, worked
together = patcher.original("threading").Barrier(CORES)
ticks = []

def tick():
    while True:
        ticks.append(1)
        eventlet.sleep(0.001)

def work(part):
    before = len(ticks)
    together.wait(10)
    while len(ticks) < before + 3:  # the event loop goes on meanwhile
        pass
    return part

eventlet.spawn(tick)
assert tpool.execute(lambda: list(worked(range(2 * CORES), work))) == list(range(2 * CORES))
"""


def test_in_a_service_the_threads_are_native_ones_and_the_event_loop_goes_on() -> None:
    patched = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PATCHED],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert patched.returncode == 0, patched.stderr


def test_what_is_done_beside_is_done_meanwhile_and_at_the_end() -> None:
    one, other = threading.Event(), threading.Event()
    done: list[bool] = []

    def work() -> None:
        one.set()
        done.append(other.wait(5))

    with beside(work):
        assert one.wait(5)
        other.set()
    assert done == [True]


def test_what_fails_beside_is_raised_when_both_are_done() -> None:
    def work() -> None:
        raise ValueError("beside")

    went_on = False
    with pytest.raises(ValueError, match="beside"), beside(work):
        went_on = True
    assert went_on


def test_what_is_done_beside_is_waited_for_also_where_the_rest_fails() -> None:
    let_go, done = threading.Event(), []

    def work() -> None:
        assert let_go.wait(5)
        done.append(True)

    def rest() -> None:
        with beside(work):
            let_go.set()
            raise ValueError("the rest")

    with pytest.raises(ValueError, match="the rest"):
        rest()
    assert done == [True]
