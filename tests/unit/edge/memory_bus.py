"""A bus in memory: what it is told is kept until the test confirms or refuses it, calls get the answers put in."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from edge.bus import Bus
from services.contracts.errors import BrokerDown
from services.contracts.messages import Call, Event

Answer = Callable[[Any], Awaitable[Any]]  # Any: a Call's fields and answer are each test's own


class MemoryBus(Bus):
    def __init__(self) -> None:
        super().__init__("amqp://nowhere")
        self.answers: dict[type, Answer | Any] = {}
        self.asked: list[Call[Any]] = []
        self.told: list[tuple[str, str, bytes, asyncio.Future[None]]] = []

    async def call(self, request: Call[Any], time_out: float = 5.0) -> Any:
        self.asked.append(request)
        answer = self.answers[type(request)]
        if isinstance(answer, Exception):
            raise answer
        return await answer(request) if callable(answer) else answer

    def publish(self, exchange: str, key: str, body: bytes) -> asyncio.Future[None]:
        confirm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.told.append((exchange, key, body, confirm))
        return confirm

    # -- what the test does

    def confirm(self, index: int = -1) -> None:
        self.told[index][3].set_result(None)

    def refuse(self, index: int = -1) -> None:
        self.told[index][3].set_exception(BrokerDown("down", retry_after=1))

    def hear(self, event: Event) -> None:
        """The broker delivers an event."""
        for _, react in self._listeners.get((f"{event.source()}.events", event.type()), ()):
            react(event)

    def reconnect(self) -> None:
        for hook in self._connected_hooks:
            hook()


async def until(condition: Callable[[], Any], seconds: float = 5.0) -> None:
    """Wait for a condition; other tasks go on meanwhile."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  conditions are of code that tells nobody
            await asyncio.sleep(0.001)
