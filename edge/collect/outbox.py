"""Frames on their way to the broker: those of all connections share messages, and stay here until they are confirmed.

    put(frame, confirmed) --> [waiting] --50 ms, 500 frames or 1 MB--> message --> broker --confirm--> confirmed()

A message that the broker did not confirm is published again, unchanged, for as long as the edge lives; a frame that
so arrives twice is stored once. What is unconfirmed is bounded: `room()` lets the streams wait before they read on.
"""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from edge.bus import Bus
from edge.metrics import CONFIRM_SECONDS, FRAMES_CONFIRMED, FRAMES_UNCONFIRMED
from services.contracts.errors import Refused
from services.contracts.frames import Frame, Frames

log = logging.getLogger(__name__)

MESSAGES_AT_ONCE = 16
BATCH_BYTES = 1_000_000
"""of events after which a message is sent; the broker takes 16 MB"""
MOST_UNCONFIRMED_BYTES = 64_000_000
"""of events held without a confirm, however few frames they are"""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""seconds before an unconfirmed message is published again"""

_encode = msgspec.json.Encoder().encode

Confirmed = Callable[[], None]


class Outbox:
    def __init__(self, bus: Bus, batch_ms: int, batch_frames: int, unconfirmed_frames: int) -> None:
        self._bus = bus
        self._batch_seconds = batch_ms / 1000
        self._batch_frames = batch_frames
        self._most_unconfirmed = unconfirmed_frames
        self._waiting: list[tuple[Frame, Confirmed | None]] = []
        self._waiting_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._sending: dict[asyncio.Task[None], float] = {}
        """by age, with the time each was begun"""
        self._slots = asyncio.Semaphore(MESSAGES_AT_ONCE)
        self._unconfirmed = 0
        self._unconfirmed_bytes = 0
        self._room = asyncio.Event()
        self._room.set()

    @property
    def full(self) -> bool:
        return (
            self._unconfirmed >= self._most_unconfirmed or self._unconfirmed_bytes >= MOST_UNCONFIRMED_BYTES
        )

    @property
    def waited(self) -> float:
        """Seconds that the message sent first of those under way has been without a confirm; 0 when all have theirs."""
        begun = next(iter(self._sending.values()), None)
        return 0.0 if begun is None else asyncio.get_running_loop().time() - begun

    async def room(self) -> None:
        """Wait until less than the limit is unconfirmed."""
        await self._room.wait()

    def put(self, frame: Frame, confirmed: Confirmed | None = None) -> None:
        """Take a frame over; `confirmed` is called once the broker holds it."""
        size = len(frame.events)
        self._waiting.append((frame, confirmed))
        self._waiting_bytes += size
        self._count(1, size)
        if len(self._waiting) >= self._batch_frames or self._waiting_bytes >= BATCH_BYTES:
            self._flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._batch_seconds, self._flush)

    async def drain(self, seconds: float) -> bool:
        """Send what waits; whether all of it was confirmed within `seconds`."""
        self._flush()
        if self._sending:
            await asyncio.wait(self._sending, timeout=seconds)
        return self._unconfirmed == 0

    def _count(self, frames: int, size: int) -> None:
        self._unconfirmed += frames
        self._unconfirmed_bytes += size
        FRAMES_UNCONFIRMED.set(self._unconfirmed)
        if self.full:
            self._room.clear()
        else:
            self._room.set()

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._waiting:
            return
        batch, self._waiting = self._waiting, []
        size, self._waiting_bytes = self._waiting_bytes, 0
        task = asyncio.create_task(self._send(batch, size))
        self._sending[task] = asyncio.get_running_loop().time()
        task.add_done_callback(self._sending.pop)

    async def _send(self, batch: list[tuple[Frame, Confirmed | None]], size: int) -> None:
        body = _encode(Frames(frames=[frame for frame, _ in batch]))
        exchange, key = f"{Frames.source()}.events", Frames.type()
        pause = FIRST_PAUSE
        async with self._slots:
            while True:
                try:
                    with CONFIRM_SECONDS.time():
                        await self._bus.publish(exchange, key, body)
                    break
                except Refused as error:
                    log.warning("%d frames not confirmed, again in %.1f s: %s", len(batch), pause, error)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
        self._count(-len(batch), -size)
        FRAMES_CONFIRMED.inc(len(batch))
        for _, confirmed in batch:
            if confirmed is not None:
                try:
                    confirmed()
                except Exception:
                    # One connection's trouble must not keep the others of the batch from their acks.
                    log.exception("a confirm could not be passed on")
