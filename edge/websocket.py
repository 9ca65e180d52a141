"""uvicorn's WebSocket protocol, which a handler may take over once it has accepted: `take_over(scope)` gives it the
Connection itself, on which many messages come at once and answers are written without waiting. ASGI, which passes on
one message at a time and stops and starts reading around it, is two thirds of what a message costs.

Taken over, the handshake is let go of: a tracker's connection may be idle for hours, and its request (headers, and a
ticket in the address) is much of what the edge would keep of it.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from litestar.types import WebSocketScope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import ProtocolError
from websockets.frames import Close, CloseCode, Frame, Opcode
from websockets.http11 import Request

from edge.framing import (
    CLOSE,
    INVALID_TEXT,
    PING,
    PROTOCOL_ERROR,
    TEXT,
    UNWANTED,
    FramingError,
    Message,
    Reader,
    control_frame,
    text_frame,
)

EXTENSION = "datalab.take_over"
MOST_UNREAD = 32_768
"""bytes of messages that nobody asked for yet, beyond which nothing more is read from the network"""
MOST_UNSENT = 1_000_000
"""bytes that the other side does not take, beyond which it is cut off"""
LINGER_SECONDS = 0.5
"""that a client whose bytes cannot be read is given to read why"""
FAREWELL_SECONDS = 2.0
"""that the other side is given to answer a close frame when the server ends"""


class Gone(Exception):
    """The connection has ended, or is ending: nothing more will come."""


class Connection:
    """A WebSocket taken over. One task at a time may wait for `texts`."""

    __slots__ = ("_come", "_protocol", "_unread", "_waiting", "_wrong", "gone")

    def __init__(self, protocol: "TakeableProtocol") -> None:
        self._protocol = protocol
        self._come: list[str] = []
        self._unread = 0
        self._wrong: FramingError | None = None
        """behind what has come"""
        self._waiting: asyncio.Future[None] | None = None
        self.gone = False
        """closed by either side, or broken"""

    async def texts(self) -> list[str]:
        """What has come since, at least one message.

        Raises:
            Gone: the connection has ended.
            FramingError: the client sent what is no text; the connection is to be closed with the error's code.
        """
        while not self._come:
            if self._wrong is not None:
                raise self._wrong
            if self.gone:
                raise Gone
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        come, self._come, self._unread = self._come, [], 0
        self._protocol.read_on()
        return come

    def send(self, text: str) -> None:
        """Without waiting: who does not take what is sent is cut off."""
        if not self.gone:
            self._protocol.write(text_frame(text))

    def close(self, code: int, reason: str) -> None:
        """Behind what was sent; what has come and was not taken yet is dropped."""
        if not self.gone:
            self._come = []
            self.end()
            self._protocol.say_close(code, reason, broken=self._wrong is not None)

    # -- for the protocol

    def receive(self, message: Message) -> None:
        if self._wrong is not None or self.gone:
            return
        if message.opcode != TEXT:
            self.fail(FramingError(UNWANTED, "send text, not binary"))
            return
        try:
            self._come.append(message.data.decode())
        except UnicodeDecodeError:
            self.fail(FramingError(INVALID_TEXT, "the text is not UTF-8"))
            return
        self._unread += len(message.data)
        if self._unread > MOST_UNREAD:
            self._protocol.read_no_further()
        self._wake()

    def fail(self, error: FramingError) -> None:
        self._wrong = self._wrong or error
        self._wake()

    def end(self) -> None:
        self.gone = True
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


class _Nobody:
    """Takes the place of the queue of ASGI's events, which would be a tenth of an idle connection."""

    def put_nowait(self, event: object) -> None:
        pass


_NOBODY = cast(Any, _Nobody())  # Any: all that is asked of the queue by then is to take an event


class TakeableProtocol(WebSocketsSansIOProtocol):
    """Gives the scope an extension that `take_over` uses."""

    connection: Connection | None = None
    _reader: Reader | None = None
    """None before it is taken over, and after bytes that cannot be read"""
    _early = False
    """something was sent before the handshake was answered"""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            extensions = cast(dict[str, object], self.scope["extensions"])
            extensions[EXTENSION] = lambda: self._take_over(event)

    def _take_over(self, request: Request) -> Connection:
        request.headers.clear()
        request.path = ""
        self.response.headers.clear()
        self.scope["headers"] = []
        self.scope["query_string"] = self.scope["raw_path"] = b""
        self.queue = _NOBODY
        self._reader = Reader(self.config.ws_max_size)
        connection = self.connection = Connection(self)
        if self._early:
            connection.fail(FramingError(PROTOCOL_ERROR, "wait for the answer to the handshake"))
        if self.disconnected:
            connection.end()
        return connection

    # -- what comes

    def data_received(self, data: bytes) -> None:
        if self.connection is None:
            self._early = self.handshake_initiated
            super().data_received(data)
        elif self._reader is not None:
            messages, error = self._reader.feed(data)
            for message in messages:
                if message.opcode < CLOSE:
                    self.connection.receive(message)
                else:
                    self._control(message)
            if error is not None:
                self._reader = None
                self.connection.fail(error)

    def _control(self, message: Message) -> None:
        if message.opcode == PING:
            self.write(control_frame(Opcode.PONG, message.data))
        elif message.opcode == CLOSE:
            self._closed(message.data)
        else:
            self.handle_pong(Frame(Opcode.PONG, message.data))

    def _closed(self, data: bytes) -> None:
        assert self.connection is not None
        if not self.close_sent:
            self.close_sent = True
            try:
                code = Close.parse(data).code
            except (ProtocolError, UnicodeDecodeError):
                code = CloseCode.PROTOCOL_ERROR
            echo = b"" if code == CloseCode.NO_STATUS_RCVD else code.to_bytes(2, "big")
            self.write(control_frame(Opcode.CLOSE, echo))
        self.connection.end()
        self._hang_up()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.connection is not None:
            self.connection.end()

    # -- when the server ends

    def shutdown(self) -> None:
        """uvicorn hangs up at once: to who is still sending that is a reset, which overtakes the close frame."""
        if self.connection is not None:
            self.say_close(CloseCode.SERVICE_RESTART, "", broken=False)
        if not self.close_sent or self.close_timer is None:
            super().shutdown()
            return
        self.stop_keepalive()
        self.close_timer.cancel()
        self.close_timer = self.loop.call_later(FAREWELL_SECONDS, self._hang_up)

    # -- what the connection asks for

    def write(self, data: bytes) -> None:
        self.transport.write(data)
        if self.transport.get_write_buffer_size() > MOST_UNSENT:
            self.transport.abort()

    def say_close(self, code: int, reason: str, broken: bool) -> None:
        if self.close_sent or self.transport.is_closing():
            return
        self.close_sent = True
        self.write(control_frame(Opcode.CLOSE, code.to_bytes(2, "big") + reason.encode()))
        self.read_on()
        patience = LINGER_SECONDS if broken else self.close_timeout
        self.close_timer = self.loop.call_later(patience, self._hang_up)

    def _hang_up(self) -> None:
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = None
        self.transport.close()

    def read_no_further(self) -> None:
        if not (self.read_paused or self.close_sent or self.transport.is_closing()):
            self.read_paused = True
            self.transport.pause_reading()

    def read_on(self) -> None:
        if self.read_paused:
            self.read_paused = False
            if not self.transport.is_closing():
                self.transport.resume_reading()


def take_over(scope: WebSocketScope) -> Connection:
    """Only after accepting; from then on nothing is to be asked of the scope, or done with the socket."""
    extensions = cast(dict[str, Any], scope["extensions"])  # Any: whatever extension
    take: Callable[[], Connection] = extensions.pop(EXTENSION)
    return take()
