"""Work that stands back: done in a native thread of lower priority, so that where the processor is short, events are
taken, recorded and projected first. What such a thread starts (`cores.py`, the threads of a DuckDB it opens) stands
back as well: on Linux a thread begins with the priority of the one that starts it.

A priority once lowered is not raised again without a privilege: hence a thread for each piece of work, and none of
those that project. It counts among the processes that the kernel weighs together: those of one container, or else those
that were started together.
"""

import os
from _queue import SimpleQueue  # a native one, whatever eventlet has put in the place of others
from collections.abc import Callable
from typing import TypeVar

from eventlet import patcher

_threading = patcher.original("threading")

NICER = 5
"""steps of niceness: beside a thread that has none it gets a quarter of a core. Twice as many help a hello no more, and
would make reports wait for too long where more comes in than can be taken"""

T = TypeVar("T")


def in_background(work: Callable[[], T]) -> T:
    """What the work gives, when it is done. Blocks; raises what the work raises."""
    done: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

    def go() -> None:
        os.nice(NICER)
        try:
            done.put((work(), None))
        except BaseException as error:  # whatever it is, who waits is told
            done.put((None, error))

    thread = _threading.Thread(target=go, daemon=True)
    thread.start()
    result, error = done.get()
    thread.join()
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # where there is no error there is a result
