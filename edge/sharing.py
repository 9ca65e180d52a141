"""One fetch for all who need its answer at the same moment: a thousand streams that miss a config ask for it once."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[T]] = {}

    async def fetch(self, key: str, fetch: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `fetch` gives or raises; if one for `key` is under way, what that gives. It goes on when a caller is
        cancelled. Any: what a coroutine yields to its loop is nobody's business."""
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(fetch())
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    def _forget(self, key: str, done: asyncio.Task[T]) -> None:
        del self._running[key]
        if not done.cancelled():
            done.exception()  # raised to the callers, if there are still any
