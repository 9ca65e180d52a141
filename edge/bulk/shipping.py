"""Blocks of an import on their way to the broker, each in a message of its own, so that they take none of the room that
live visitors have in the outbox.

At most `MESSAGES_AT_ONCE` are unconfirmed; whoever wants to send more waits. A message that the broker does not confirm
is published again, unchanged, until it does.
"""

import asyncio
import logging

import msgspec

from edge.bus import Bus
from services.contracts.errors import Refused
from services.contracts.frames import Block, Blocks

log = logging.getLogger(__name__)

MESSAGES_AT_ONCE = 16
"""some 100 KB each"""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""seconds before an unconfirmed message is published again"""

_encode = msgspec.json.Encoder().encode


class Shipping:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._slots = asyncio.Semaphore(MESSAGES_AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    async def send(self, block: Block) -> None:
        """Returns when it is on its way, which may be long before it is confirmed."""
        await self._slots.acquire()
        task = asyncio.create_task(self._until_confirmed(_encode(Blocks(blocks=[block]))))
        self._under_way.add(task)
        task.add_done_callback(self._done)

    async def settle(self) -> None:
        """Returns when all of it is confirmed that is under way now. Raises CancelledError where it was abandoned."""
        await asyncio.gather(*self._under_way)

    def abandon(self) -> None:
        """Publish nothing again: who takes the import up sends it all anew."""
        for task in self._under_way:
            task.cancel()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._slots.release()

    async def _until_confirmed(self, body: bytes) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await self._bus.publish(f"{Blocks.source()}.events", Blocks.type(), body)
                return
            except Refused as error:
                log.warning("a block of an import is not confirmed, again in %.1f s: %s", pause, error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
