"""Whose turn it is: as many at a time as there are turns, and of those who wait the one that is due first.

Who comes while a turn is free holds back for a moment and lets those come who are due earlier: what is asked for at the
same time does not come in the order in which it is due. A turn that becomes free is given when everybody who can go on
has: who has got an answer tells it before the next one is worked on.
"""

import heapq
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from eventlet.event import Event
from eventlet.hubs import get_hub
from eventlet.timeout import Timeout

from services.contracts.errors import Overloaded


class Due(NamedTuple):
    at: float
    """on whatever clock, the same for all"""
    place: int = 0
    """among those due at the same time"""


class Turns:
    """`patience`: seconds that anybody waits for one."""

    def __init__(self, count: int, patience: float) -> None:
        self._free = count
        self._patience = patience
        self._waiting: list[tuple[Due, int, Event]] = []
        """a heap; of those due at the same time with the same place, who came first"""
        self._came = itertools.count()

    @contextmanager
    def turn(self, due: Due, hold_back: float = 0) -> Iterator[None]:
        """Wait for it, and hand it on. `hold_back`: seconds.

        Raises Overloaded where it does not come in time.
        """
        self._wait(due, hold_back)
        try:
            yield
        finally:
            self._hand_on()

    def _wait(self, due: Due, hold_back: float) -> None:
        called = Event()
        heapq.heappush(self._waiting, (due, next(self._came), called))
        self._call_in(hold_back)
        try:
            with Timeout(self._patience, Overloaded("more is asked for than can be answered", retry_after=5)):
                called.wait()
        except BaseException:  # it was given up
            if called.ready():
                self._hand_on()
            self._waiting = [one for one in self._waiting if one[-1] is not called]
            heapq.heapify(self._waiting)
            raise

    def _hand_on(self) -> None:
        self._free += 1
        self._call_in(0)

    def _call_in(self, seconds: float) -> None:
        # Even at once, all that can go on now goes on first.
        get_hub().schedule_call_global(seconds, self._call)

    def _call(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            heapq.heappop(self._waiting)[-1].send()
