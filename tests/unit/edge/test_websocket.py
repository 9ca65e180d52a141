"""A WebSocket that its handler has taken over: what comes, what is answered, how it ends, and what is kept of it."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

from edge.framing import FramingError, control_frame, text_frame
from edge.websocket import MOST_UNREAD, MOST_UNSENT, Connection, Gone, TakeableProtocol, take_over

pytestmark = pytest.mark.anyio

TICKET = "a-ticket-that-nobody-needs-any-more"
HANDSHAKE = (
    f"GET /api/stream?ticket={TICKET} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nCookie: c=1\r\n\r\n"
).encode()


class Wire(asyncio.Transport):
    """A transport that keeps what is written, as if the other side had taken all but `unsent` bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.reading: object = True
        self.closed: object = False
        self.aborted: object = False
        self.unsent = 0

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def is_closing(self) -> bool:
        return bool(self.closed)

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = self.closed = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


class Taken:
    """A connection whose handler has taken it over, and waits."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.scope: Any = None  # Any: ASGI's own
        self.leave = asyncio.Event()
        self._taken: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
        config = uvicorn.Config(
            self._app, ws=TakeableProtocol, ws_max_size=100_000, interface="asgi3", log_level="critical"
        )
        config.load()
        self.protocol = TakeableProtocol(config, ServerState(), {})
        self.protocol.connection_made(self.wire)

    async def _app(
        self,
        scope: Any,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[dict[str, object]], Awaitable[None]],
    ) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        self.scope = scope
        self._taken.set_result(take_over(scope))
        await self.leave.wait()

    async def connection(self) -> Connection:
        taken = await asyncio.wait_for(self._taken, 5)
        assert self.wire.written.startswith(b"HTTP/1.1 101")
        self.wire.written = b""
        return taken

    def send(self, opcode: Opcode, data: bytes) -> None:
        self.protocol.data_received(Frame(opcode, data).serialize(mask=True))


@pytest.fixture
async def taken() -> AsyncIterator[Taken]:
    taken = Taken()
    taken.protocol.data_received(HANDSHAKE)
    yield taken
    taken.leave.set()
    if not taken.protocol.disconnected:
        taken.protocol.connection_lost(None)


async def test_nothing_is_kept_of_the_handshake_and_the_connection_works(taken: Taken) -> None:
    connection = await taken.connection()
    scope = taken.scope
    assert (scope["headers"], scope["query_string"], scope["raw_path"]) == ([], b"", b"")
    requests = [found for found in gc.get_objects() if type(found) is Request]
    assert [request for request in requests if TICKET in request.path or "Cookie" in request.headers] == []
    taken.send(Opcode.TEXT, b"hi")
    assert await connection.texts() == ["hi"]
    connection.send('{"ack":1}')
    assert taken.wire.written == text_frame('{"ack":1}')


async def test_all_that_has_come_is_taken_at_once(taken: Taken) -> None:
    connection = await taken.connection()
    waiting = asyncio.create_task(connection.texts())
    await asyncio.sleep(0)
    taken.protocol.data_received(
        b"".join(Frame(Opcode.TEXT, text).serialize(mask=True) for text in (b"a", b"b", b"c"))
    )
    assert await asyncio.wait_for(waiting, 5) == ["a", "b", "c"]


async def test_no_more_is_read_than_was_asked_for(taken: Taken) -> None:
    connection = await taken.connection()
    taken.send(Opcode.TEXT, b"x" * MOST_UNREAD)
    assert taken.wire.reading
    taken.send(Opcode.TEXT, b"x")
    assert not taken.wire.reading
    assert len(await connection.texts()) == 2
    assert taken.wire.reading


async def test_who_does_not_take_the_answers_is_cut_off(taken: Taken) -> None:
    connection = await taken.connection()
    taken.wire.unsent = MOST_UNSENT
    connection.send("x")
    assert not taken.wire.aborted
    taken.wire.unsent += 1
    connection.send("x")
    assert taken.wire.aborted


@pytest.mark.parametrize(
    ("opcode", "data", "code"), [(Opcode.BINARY, b"hi", 1008), (Opcode.TEXT, b"\xff", 1007), (3, b"", 1002)]
)
async def test_what_is_no_text_ends_it_behind_what_came_before(
    taken: Taken, opcode: int, data: bytes, code: int
) -> None:
    connection = await taken.connection()
    taken.send(Opcode.TEXT, b"good")
    taken.protocol.data_received(bytes([0x80 | opcode, 0x80 | len(data)]) + bytes(4) + data)
    taken.send(Opcode.TEXT, b"too late")
    assert await connection.texts() == ["good"]
    with pytest.raises(FramingError) as found:
        await connection.texts()
    assert found.value.code == code


async def test_a_ping_is_answered_and_the_clients_close_is_echoed(taken: Taken) -> None:
    connection = await taken.connection()
    taken.send(Opcode.PING, b"still there?")
    assert taken.wire.written == control_frame(Opcode.PONG, b"still there?")
    taken.wire.written = b""
    taken.send(Opcode.TEXT, b"the last")
    taken.send(Opcode.CLOSE, (1001).to_bytes(2, "big"))
    assert taken.wire.written == control_frame(Opcode.CLOSE, (1001).to_bytes(2, "big"))
    assert taken.wire.closed
    assert await connection.texts() == ["the last"]
    with pytest.raises(Gone):
        await connection.texts()
    connection.send("nobody hears it")
    connection.close(1000, "")
    assert taken.wire.written == control_frame(Opcode.CLOSE, (1001).to_bytes(2, "big"))


async def test_a_close_without_a_code_is_echoed_without_one_and_a_bad_one_as_an_error(taken: Taken) -> None:
    await taken.connection()
    taken.send(Opcode.CLOSE, b"")
    assert taken.wire.written == control_frame(Opcode.CLOSE, b"")
    other = Taken()
    other.protocol.data_received(HANDSHAKE)
    await other.connection()
    other.send(Opcode.CLOSE, b"\x00")
    assert other.wire.written == control_frame(Opcode.CLOSE, (1002).to_bytes(2, "big"))
    other.leave.set()
    other.protocol.connection_lost(None)


async def test_the_edge_closes_with_a_reason_and_hangs_up_when_the_client_has_read_it(taken: Taken) -> None:
    connection = await taken.connection()
    connection.send("an ack")
    connection.close(1012, "come back")
    said = control_frame(Opcode.CLOSE, (1012).to_bytes(2, "big") + b"come back")
    assert taken.wire.written == text_frame("an ack") + said
    with pytest.raises(Gone):
        await connection.texts()
    taken.leave.set()
    await asyncio.sleep(0)
    assert not taken.wire.closed
    taken.send(Opcode.TEXT, b"sent before it knew")
    taken.send(Opcode.CLOSE, (1012).to_bytes(2, "big"))
    assert taken.wire.closed
    assert taken.wire.written == text_frame("an ack") + said


async def test_who_waits_learns_that_the_connection_broke(taken: Taken) -> None:
    connection = await taken.connection()
    waiting = asyncio.create_task(connection.texts())
    await asyncio.sleep(0)
    taken.protocol.connection_lost(ConnectionResetError())
    with pytest.raises(Gone):
        await asyncio.wait_for(waiting, 5)


async def test_what_is_sent_before_the_handshake_is_answered_is_refused() -> None:
    hasty = Taken()
    hasty.protocol.data_received(HANDSHAKE)
    hasty.send(Opcode.TEXT, b"cannot wait")
    connection = await hasty.connection()
    with pytest.raises(FramingError, match="handshake"):
        await connection.texts()
    hasty.leave.set()
    hasty.protocol.connection_lost(None)
