"""`GET /api/stream`: the WebSocket a tracker streams its frames over.

Each frame is acked once the broker has confirmed it, not before. A frame that is refused closes the connection with a
reason; the frames before it stay, and are acked first. Nothing is read on while too much is unconfirmed, so a tracker
that is too fast is slowed down by its own socket; where that lasts, or its acks stay away, it is told to try again
later (1013). When the edge ends, each stream is closed with 1012 once its frames are acked.
"""

import asyncio
import contextlib
import secrets
import time
from typing import Any

import msgspec
from litestar import WebSocket, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect

from edge.collect.collector import OVERLOADED, Collector
from edge.collect.exclusion import Whereabouts
from edge.collect.limits import Bucket
from edge.collect.tickets import PASS, TICKET, Session, TicketInvalid
from edge.framing import FramingError
from edge.metrics import FRAMES_TAKEN, STREAMS, STREAMS_CLOSED
from edge.websocket import Connection, Gone, take_over
from services.contracts.errors import InvalidInput, Refused
from services.contracts.tracking import Sent, StreamMessage, TrackerConfig

GOODBYE, MALFORMED, RESTART, TRY_LATER, TICKET_REFUSED, ORIGIN_FOREIGN = 1000, 1008, 1012, 1013, 4401, 4403
SETTLE_SECONDS = 2.0
"""how long a closing connection waits for its last acks"""
LOOKING_SECONDS = 1.0
"""between two looks whether what was taken over gets stored"""
LONGEST_REASON = 120
"""bytes; a close frame holds 123"""
AGAIN_LATER = f"{OVERLOADED}; again in {OVERLOADED.retry_after} s"
AT_A_STRETCH = 16
"""frames of one connection taken before another is looked at"""
FIRST_OWN_NUMBER, LAST_OWN_NUMBER = 2**52, 2**53 - 1
"""numbers the edge gives to events sent without one, at random"""

AnySocket = WebSocket[Any, Any, Any]  # Any: Litestar's user, auth and state

_decode = msgspec.json.Decoder(StreamMessage).decode
_encode = msgspec.json.Encoder().encode
_TAKEN = FRAMES_TAKEN.labels("stream")


class Closing(Exception):
    """The edge ends the stream."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


RESTARTING = Closing(RESTART, "the edge restarts; come back")


class Streams:
    """The open streams of each app."""

    def __init__(self) -> None:
        self._of_app: dict[str, set[Stream]] = {}
        self.draining = False

    async def drain(self, seconds: float) -> None:
        """Close every stream with 1012 after its last acks, and refuse new ones the same way; at most `seconds`."""
        self.draining = True
        streams = [stream for streams in self._of_app.values() for stream in streams]
        if streams:
            await asyncio.wait({stream.restart() for stream in streams}, timeout=seconds)

    def add(self, stream: "Stream") -> None:
        self._of_app.setdefault(stream.session.app, set()).add(stream)
        STREAMS.inc()

    def remove(self, stream: "Stream") -> None:
        streams = self._of_app[stream.session.app]
        streams.remove(stream)
        if not streams:
            del self._of_app[stream.session.app]
        STREAMS.dec()

    async def turn_away_when_stuck(self, collector: Collector) -> None:
        """Look now and then, for as long as the edge lives."""
        while True:
            await asyncio.sleep(LOOKING_SECONDS)
            if collector.stuck:
                for stream in [stream for streams in self._of_app.values() for stream in streams]:
                    stream.turn_away()

    def end(self, app: str) -> None:
        """The app is gone: so are its streams."""
        for stream in self._of_app.get(app, ()):
            stream.end()

    def push_config(self, app: str, config: TrackerConfig) -> None:
        message = _encode({"config": config}).decode()
        for stream in self._of_app.get(app, ()):
            stream.say(message)


class Stream:
    """One tracker's connection."""

    def __init__(self, connection: Connection, collector: Collector, session: Session) -> None:
        self.session = session
        self._connection = connection
        self._collector = collector
        self._budget = Bucket(collector.settings.frames_per_second, 2 * collector.settings.frames_per_second)
        self._unacked = 0
        self._whereabouts = Whereabouts(session.hidden)
        self._settled: asyncio.Event | None = None
        self._task: asyncio.Task[Any] | None = asyncio.current_task()
        self._restarting = False
        self.goodbye = False

    def restart(self) -> "asyncio.Task[Any]":
        """Take no more frames; the task that ends when the tracker has its last acks and was told to come back."""
        assert self._task is not None
        self._restarting = True
        self._task.cancel()
        return self._task

    async def run(self) -> None:
        """Take frames until the tracker says goodbye, is gone (raises Gone) or refused (raises Closing)."""
        try:
            await self._run()
        except FramingError as error:
            raise Closing(error.code, error.reason) from error
        except asyncio.CancelledError:
            if not self._restarting:
                raise
            # The frame that was being taken is not acked: it is sent again to the next edge.
            assert self._task is not None
            self._task.uncancel()
            raise RESTARTING from None

    async def _run(self) -> None:
        while True:
            for place, text in enumerate(await self._connection.texts(), 1):
                if delay := self._budget.wait():
                    await asyncio.sleep(delay)
                if self._collector.outbox.full:
                    await self._room()
                await self._take(text)
                if self.goodbye:
                    return
                if place % AT_A_STRETCH == 0:
                    await asyncio.sleep(0)  # everybody else's turn

    async def _room(self) -> None:
        try:
            async with asyncio.timeout(self._collector.settings.patience_seconds):
                await self._collector.outbox.room()
        except TimeoutError as error:
            raise Closing(TRY_LATER, AGAIN_LATER) from error

    def turn_away(self) -> None:
        """Where something was taken over that is not acked, in spite of waiting."""
        if self._unacked:
            self.close(TRY_LATER, AGAIN_LATER)

    async def _take(self, text: str) -> None:
        try:
            message = _decode(text)
            if message.type == "goodbye":
                self.goodbye = True
                return
            n, events = _frame_of(message)
            session = self._session_of(message.session)
            received = int(time.time() * 1000)
            place = self._whereabouts if session is self.session else Whereabouts(session.hidden)
            await self._collector.take(session, n, events, received, lambda: self._confirmed(n), place)
        except (msgspec.MsgspecError, InvalidInput, TicketInvalid) as error:
            raise Closing(MALFORMED, str(error)) from error
        except Refused as error:
            raise Closing(TRY_LATER, str(error)) from error
        self._unacked += 1
        _TAKEN.inc()

    def _session_of(self, session_pass: str | None) -> Session:
        if session_pass is None:
            return self.session
        earlier = self._collector.tickets.read(PASS, session_pass)
        if earlier.app != self.session.app:
            raise TicketInvalid("session: the pass belongs to another app")
        self._collector.begin(earlier)
        return earlier

    def _confirmed(self, n: int) -> None:
        self._unacked -= 1
        self._connection.send(f'{{"ack":{n}}}')
        if self._unacked == 0 and self._settled is not None:
            self._settled.set()

    def say(self, message: str) -> None:
        self._connection.send(message)

    def close(self, code: int, reason: str) -> None:
        """`run` then finds the tracker gone."""
        if not self._connection.gone:
            STREAMS_CLOSED.labels(code).inc()
            self._connection.close(code, _shortened(reason))

    def end(self) -> None:
        self.close(TICKET_REFUSED, "the app was deleted")

    async def settle(self) -> None:
        """Wait a little until every frame taken is acked."""
        if self._unacked == 0 or self._connection.gone:
            return
        self._settled = asyncio.Event()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._settled.wait()


def _frame_of(message: StreamMessage) -> tuple[int, list[Sent]]:
    """A frame as it is, or one bare event of the seed's as a frame of its own."""
    if message.events is not None:
        if message.n is None:
            raise InvalidInput("a frame needs its number", field="n")
        return message.n, message.events
    if message.type is None or message.type == "goodbye":
        raise InvalidInput('send {"n", "events"}, one event, or {"type": "goodbye"}', field="events")
    n = message.n or FIRST_OWN_NUMBER + secrets.randbelow(LAST_OWN_NUMBER - FIRST_OWN_NUMBER)
    return n, [Sent(message.type, message.timestamp, message.event, message.meta)]


@websocket("/api/stream")
async def stream(
    socket: AnySocket, collector: NamedDependency[Collector], streams: NamedDependency[Streams]
) -> None:
    """A tracker's events."""
    await socket.accept()
    try:
        if streams.draining:
            raise RESTARTING
        session = _admitted(socket, collector)
    except Closing as closing:
        STREAMS_CLOSED.labels(closing.code).inc()
        # The other side may have been faster.
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
            await socket.close(code=closing.code, reason=_shortened(closing.reason))
        return
    taken = Stream(take_over(socket.scope), collector, session)
    streams.add(taken)
    collector.begin(session)
    ended = GOODBYE, ""
    try:
        await taken.run()
    except Closing as closing:
        ended = closing.code, closing.reason
    except Gone:
        pass
    finally:
        streams.remove(taken)
        collector.left(session, int(time.time() * 1000), taken.goodbye)
    await taken.settle()
    taken.close(*ended)


def _admitted(socket: AnySocket, collector: Collector) -> Session:
    ticket = socket.query_params.get("ticket", "")
    try:
        session = collector.tickets.read(TICKET, ticket)
        if socket.headers.get("origin") != session.origin:
            raise Closing(ORIGIN_FOREIGN, f"the ticket was given to a page of {session.origin}")
        return collector.tickets.redeem(TICKET, ticket)
    except TicketInvalid as error:
        raise Closing(TICKET_REFUSED, str(error)) from error


def _shortened(reason: str) -> str:
    return reason.encode()[:LONGEST_REASON].decode(errors="ignore")
