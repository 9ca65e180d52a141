"""A tracker that behaves as ours does, as one asyncio task, and now and then sends what it has sent before.

What is unacked stays in its buffer and is sent again unchanged, over reconnects and page changes. It comes back
with back-off, and not before the time a refusal names. It stops for nothing: what a tracker must never be told is
written into the ledger.
"""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from tests.chaos.ledger import NAME, Ledger
from tests.system.people import CHROME, SHOP, now

WINDOW = 10
MOST_FRAMES = 40
STALLED = 15.0
"""seconds without any answer: the connection is dead, whatever the system believes"""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
"""seconds; ours goes up to a minute"""
FINE = {1000, 1001, 1005, 1006, 1011, 1012, 1013, 4401}
"""close codes after which a tracker comes back: the others say that it was refused"""
MOST_REMEMBERED = 50


class Frame(msgspec.Struct):
    n: int
    session: str
    """the pass of the session it belongs to"""
    events: list[dict[str, object]]
    numbers: list[int]

    def wire(self, on: str) -> str:
        """As it travels on a connection of the session with the pass `on`."""
        own = {} if self.session == on else {"session": self.session}
        return json.dumps({"n": self.n, "events": self.events, **own})


class Connection(NamedTuple):
    """A stream, and the pass of the session it was opened for."""

    socket: ClientConnection
    session: str

    async def send(self, frame: Frame) -> None:
        await self.socket.send(frame.wire(self.session))

    async def ack(self) -> int:
        """The number that the edge acks next."""
        while True:
            message = json.loads(await self.socket.recv())
            if "ack" in message:
                return int(message["ack"])


class Refusal(Exception):
    """Come back after so many seconds."""


class Tracker:
    """`pause` is the mean time in seconds between two frames."""

    def __init__(self, edge: str, token: str, ledger: Ledger, dice: random.Random, pause: float) -> None:
        self.edge = edge
        self.ledger = ledger
        self.dice = dice
        self.pause = pause
        self.http = httpx.AsyncClient(
            base_url=edge,
            timeout=STALLED,
            headers={"origin": SHOP, "x-datalab-token": token, "user-agent": CHROME},
        )
        self.n = dice.randrange(1, 2**52)
        self.buffer: dict[int, Frame] = {}
        self.session = ""
        """the pass of the present session"""
        self.old: list[Frame] = []
        """some of those that were acked"""
        self.working = True
        self.failures = 0

    async def run(self) -> None:
        """Until `finish`, and then until everything is acked."""
        writing = asyncio.create_task(self._write())
        try:
            while self.working or self.buffer:
                wait = 0.0
                try:
                    await self._visit()
                except Refusal as refusal:
                    wait = float(refusal.args[0])
                except (httpx.TransportError, OSError, InvalidHandshake, TimeoutError):
                    pass
                self.failures += 1
                backoff = min(LONGEST_PAUSE, FIRST_PAUSE * 2**self.failures)
                await asyncio.sleep(wait + backoff * self.dice.uniform(0.5, 1))
        finally:
            writing.cancel()

    def finish(self) -> None:
        self.working = False

    async def close(self) -> None:
        await self.http.aclose()

    async def send_old_again(self) -> None:
        """All that is remembered, long after it was acked."""
        async with self._stream() as connection:
            for frame in self.old:
                await connection.send(frame)
            waiting = {frame.n for frame in self.old}
            while waiting:
                waiting.discard(await connection.ack())
            self.ledger.again["much later"] += len(self.old)

    # -- what happens on the page

    async def _write(self) -> None:
        while self.working:
            await asyncio.sleep(self.dice.expovariate(1 / self.pause))
            if self.session and len(self.buffer) < MOST_FRAMES:
                numbers = [next(self.ledger.numbers) for _ in range(self.dice.randint(1, 10))]
                at = now()
                events: list[dict[str, object]] = [
                    {"type": 0, "timestamp": at, "event": {"name": NAME, "value": number}}
                    for number in numbers
                ]
                self.n += 1
                self.buffer[self.n] = Frame(self.n, self.session, events, numbers)

    # -- on the wire

    async def _hello(self) -> tuple[str, str]:
        """A ticket, and the pass of the session."""
        sent_at = now()
        body = {"session_start": sent_at, "url": f"{SHOP}/", "sent_at": sent_at, "last_event": sent_at}
        if self.session and self.dice.random() < 0.8:
            body["session"] = self.session
        answer = await self.http.post("/api/hello", json=body)
        self.ledger.answers[answer.status_code] += 1
        if answer.status_code != 200:
            if answer.status_code < 429:
                self.ledger.refused.append(f"hello: {answer.status_code} {answer.text[:200]}")
            raise Refusal(int(answer.headers.get("retry-after", 0)))
        welcome = answer.json()
        return str(welcome["ticket"]), str(welcome["session"])

    @contextlib.asynccontextmanager
    async def _stream(self) -> AsyncIterator[Connection]:
        ticket, session = await self._hello()
        address = self.edge.replace("http", "ws", 1) + f"/api/stream?ticket={ticket}"
        async with connect(address, origin=Origin(SHOP), open_timeout=STALLED, close_timeout=1) as socket:
            yield Connection(socket, session)

    async def _visit(self) -> None:
        """One page: from hello until it is left or the connection is lost."""
        leaving_at = time.monotonic() + self.dice.uniform(2, 20)
        try:
            async with self._stream() as connection:
                self.session = connection.session
                await self._converse(connection, leaving_at)
                if self.dice.random() < 0.5:
                    await self._beacon()
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 1006
            self.ledger.closed[code] += 1
            if code not in FINE:
                reason = closed.rcvd.reason if closed.rcvd else ""
                self.ledger.refused.append(f"stream: {code} {reason}")

    async def _converse(self, connection: Connection, leaving_at: float) -> None:
        sent: set[int] = set()
        heard_at = time.monotonic()
        while (self.working and time.monotonic() < leaving_at) or (not self.working and self.buffer):
            waiting = [frame for n, frame in self.buffer.items() if n not in sent]
            if self.dice.random() < 0.3:
                self.dice.shuffle(waiting)
                self.ledger.again["out of order"] += len(waiting) > 1
            for frame in waiting[: max(0, WINDOW - len(sent))]:
                sent.add(frame.n)
                self.ledger.sent.update(frame.numbers)
                await connection.send(frame)
                if self.dice.random() < 0.05:
                    await connection.send(frame)
                    self.ledger.again["twice"] += 1
            if self.old and self.dice.random() < 0.02:
                await connection.send(self.dice.choice(self.old))
                self.ledger.again["later"] += 1
            if waiting and self.dice.random() < 0.01:
                await self._twin(waiting)
            if not sent:
                heard_at = time.monotonic()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    n = await connection.ack()
                    heard_at, self.failures = time.monotonic(), 0
                    sent.discard(n)
                    self._acked(n)
            if time.monotonic() - heard_at > STALLED:
                return

    def _acked(self, n: int) -> None:
        frame = self.buffer.pop(n, None)
        if frame is None:
            return
        self.ledger.ack(frame.numbers, time.monotonic())
        if len(self.old) < MOST_REMEMBERED:
            self.old.append(frame)
        elif self.dice.random() < 0.1:
            self.old[self.dice.randrange(MOST_REMEMBERED)] = frame

    async def _twin(self, frames: list[Frame]) -> None:
        """The same frames on a second connection, while the first has them under way: another tab adopted them."""
        with contextlib.suppress(
            httpx.TransportError, OSError, InvalidHandshake, TimeoutError, Refusal, ConnectionClosed
        ):
            async with self._stream() as connection:
                for frame in frames:
                    self.ledger.sent.update(frame.numbers)
                    await connection.send(frame)
                self.ledger.again["on two connections"] += len(frames)

    async def _beacon(self) -> None:
        """As the page closes: what is unacked goes this way too."""
        frames = [*self.buffer.values()]
        if not frames:
            return
        for frame in frames:
            self.ledger.sent.update(frame.numbers)
        wired = ",".join(frame.wire(self.session) for frame in frames)
        answer = await self.http.post(
            "/api/beacon",
            content=f'{{"session":"{self.session}","frames":[{wired}]}}',
            headers={"content-type": "text/plain"},
        )
        self.ledger.answers[answer.status_code] += 1
        self.ledger.again["by beacon"] += len(frames)
        if answer.status_code == 202:
            for n in answer.json()["acks"]:
                self._acked(n)
        elif answer.status_code < 429:
            self.ledger.refused.append(f"beacon: {answer.status_code} {answer.text[:200]}")
        else:
            raise Refusal(int(answer.headers.get("retry-after", 0)))
