"""What the edge keeps of a connection that says nothing."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState
from websockets.http11 import Request

from edge.websocket import ForgetfulProtocol, forget_handshake

pytestmark = pytest.mark.anyio

TICKET = "a-ticket-that-nobody-needs-any-more"
HANDSHAKE = (
    f"GET /api/stream?ticket={TICKET} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nCookie: c=1\r\n\r\n"
)

Message = dict[str, Any]  # Any: ASGI's own


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def test_a_forgotten_handshake_leaves_a_working_connection_and_no_request() -> None:
    seen: list[Message] = []
    ready = asyncio.Event()

    async def app(
        scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        forget_handshake(scope)
        seen.append(scope)
        ready.set()
        seen.append(await receive())
        ready.set()

    config = uvicorn.Config(app, ws=ForgetfulProtocol, log_level="critical")
    config.load()
    protocol = ForgetfulProtocol(config, ServerState(), {})
    wire = Wire()
    protocol.connection_made(wire)
    protocol.data_received(HANDSHAKE.encode())
    await asyncio.wait_for(ready.wait(), 5)
    assert wire.written.startswith(b"HTTP/1.1 101")
    scope = seen[0]
    assert (scope["headers"], scope["query_string"], scope["raw_path"]) == ([], b"", b"")
    requests = [found for found in gc.get_objects() if isinstance(found, Request)]
    assert [request for request in requests if TICKET in request.path or "Cookie" in request.headers] == []

    ready.clear()
    protocol.data_received(bytes([0x81, 0x82, 0, 0, 0, 0]) + b"hi")
    await asyncio.wait_for(ready.wait(), 5)
    assert seen[1]["text"] == "hi"
    protocol.connection_lost(None)
