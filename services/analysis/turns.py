"""Whose turn it is: as many at a time as there are turns, and of those who wait the one that is due first."""

import heapq
import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from eventlet.event import Event


class Turns:
    def __init__(self, count: int) -> None:
        self._free = count
        """none while anybody waits"""
        self._waiting: list[tuple[float, int, Event]] = []
        """a heap; of those due at the same time, who came first"""
        self._came = itertools.count()

    @contextmanager
    def turn(self, due: float) -> Iterator[None]:
        """Wait for it, and hand it on. `due`: on whatever clock, the same for all."""
        if self._free:
            self._free -= 1
        else:
            self._wait(due)
        try:
            yield
        finally:
            self._hand_on()

    def _wait(self, due: float) -> None:
        called = Event()
        heapq.heappush(self._waiting, (due, next(self._came), called))
        try:
            called.wait()
        except BaseException:  # it was given up
            if called.ready():
                self._hand_on()
            self._waiting = [one for one in self._waiting if one[-1] is not called]
            heapq.heapify(self._waiting)
            raise

    def _hand_on(self) -> None:
        if self._waiting:
            heapq.heappop(self._waiting)[-1].send()
        else:
            self._free += 1
