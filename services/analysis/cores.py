"""A report's parts on all cores: read one after another, worked on in native threads meanwhile. numpy and DuckDB let
go of the interpreter while they work, so that parts are worked on beside each other and beside the reading of the next.

The work must not ask DuckDB: a report has one connection, whose turn it is to read. When all is read, what else is to
be asked may be asked `beside` the work.
"""

from _queue import SimpleQueue  # a native one, whatever eventlet has put in the place of others
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from eventlet import patcher

_threading = patcher.original("threading")

CORES = 2
"""threads that work; of memory it takes as many parts more"""

P = TypeVar("P")
R = TypeVar("R")

Done = tuple[int, R | None, BaseException | None]


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[None]:
    """It is done meanwhile, in a native thread of its own. Raises what it raises, when both are done."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # whatever it is, who waits is told
            failed.append(error)

    thread = _threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    if failed:
        raise failed[0]


def worked(parts: Iterable[P], work: Callable[[P], R]) -> Iterator[R]:
    """What the work makes of each part, in their order. No more are read than can be worked on. Raises what reading or
    working raises, when what was under way is done."""
    todo: SimpleQueue[tuple[int, P] | None] = SimpleQueue()
    done: SimpleQueue[Done[R]] = SimpleQueue()
    threads = [_threading.Thread(target=_go_on, args=(work, todo, done), daemon=True) for _ in range(CORES)]
    for thread in threads:
        thread.start()
    try:
        yield from _in_order(parts, todo, done)
    finally:
        for _ in threads:
            todo.put(None)
        for thread in threads:
            thread.join()


def _in_order(
    parts: Iterable[P], todo: "SimpleQueue[tuple[int, P] | None]", done: "SimpleQueue[Done[R]]"
) -> Iterator[R]:
    found: dict[int, R] = {}
    given = taken = told = 0
    reading = iter(parts)
    more = True
    while more or taken < given:
        if more and given - taken <= CORES:
            try:
                todo.put((given, next(reading)))
                given += 1
            except StopIteration:
                more = False
            continue
        place, result, error = done.get()
        if error is not None:
            raise error
        taken += 1
        found[place] = result  # type: ignore[assignment]  # where there is no error there is a result
        while told in found:
            yield found.pop(told)
            told += 1


def _go_on(
    work: Callable[[P], R], todo: "SimpleQueue[tuple[int, P] | None]", done: "SimpleQueue[Done[R]]"
) -> None:
    while (given := todo.get()) is not None:
        place, part = given
        del given
        try:
            done.put((place, work(part), None))
        except BaseException as error:  # whatever it is, who waits is told
            done.put((place, None, error))
        del part  # it is large, and the next may take a while to come
