"""How answers leave the edge: what is written to the network, and when."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import Mock

import pytest
import uvicorn
from uvicorn.server import ServerState

from edge.answering import MOST_GATHERED, AnsweringProtocol
from tests.unit.edge.memory_bus import until

pytestmark = pytest.mark.anyio

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Send = Callable[[dict[str, Any]], Awaitable[None]]  # Any: ASGI's own


@asynccontextmanager
async def asked(answer: Callable[[Send], Awaitable[None]], request: bytes) -> AsyncIterator[Mock]:
    """The transport of a connection on which this is asked."""

    async def app(scope: Any, receive: Any, send: Any) -> None:  # Any: ASGI's own
        await answer(send)

    config = uvicorn.Config(app, lifespan="off", log_level="critical", access_log=False)
    config.load()
    protocol = AnsweringProtocol(config, ServerState(), {}, asyncio.get_running_loop())
    transport = Mock(is_closing=Mock(return_value=False), get_extra_info=Mock(return_value=None))
    protocol.connection_made(transport)
    protocol.data_received(request)
    yield transport
    protocol.connection_lost(None)


def written(transport: Mock) -> list[bytes]:
    return [call.args[0] for call in transport.write.call_args_list]


async def head(send: Send, size: int) -> None:
    headers = [(b"content-length", b"%d" % size)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def short(send: Send) -> None:
    await head(send, 2)
    await send({"type": "http.response.body", "body": b"ok"})


async def test_an_answer_is_written_at_once() -> None:
    async with asked(short, REQUEST) as transport:
        await until(lambda: transport.write.called)
        (answer,) = written(transport)
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert answer.endswith(b"\r\n\r\nok")


async def test_answers_to_requests_that_come_together_stay_in_order() -> None:
    async with asked(short, REQUEST * 3) as transport:
        await until(lambda: len(written(transport)) == 3)
        assert all(answer.endswith(b"ok") for answer in written(transport))


async def test_what_is_streamed_goes_out_as_it_comes() -> None:
    go_on = asyncio.Event()

    async def streamed(send: Send) -> None:
        await head(send, 6)
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await go_on.wait()
        await send({"type": "http.response.body", "body": b"two"})

    async with asked(streamed, REQUEST) as transport:
        await until(lambda: b"".join(written(transport)).endswith(b"one"))
        go_on.set()
        await until(lambda: written(transport)[-1] == b"two")


async def test_what_is_large_does_not_wait_for_more() -> None:
    sizes: list[int] = []

    async def large(send: Send) -> None:
        await head(send, 2 * MOST_GATHERED + 2)
        for _ in range(2):
            await send({"type": "http.response.body", "body": b"x" * (MOST_GATHERED + 1), "more_body": True})
            sizes.append(len(b"".join(written(transport))))
        await send({"type": "http.response.body", "body": b""})

    async with asked(large, REQUEST) as transport:
        await until(lambda: len(sizes) == 2)
        assert MOST_GATHERED < sizes[0] < sizes[1]


async def test_a_connection_that_is_to_end_is_closed_behind_its_answer() -> None:
    async with asked(short, b"GET / HTTP/1.0\r\n\r\n") as transport:
        await until(lambda: transport.close.called)
        names = [call[0] for call in transport.method_calls if call[0] in ("write", "close")]
        assert names == ["write", "close"]
