"""What the edge has done before its first visitor comes, so that none waits for it, and how it takes its leave."""

import asyncio
import gc
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from edge.__main__ import COLLECT_AFTER, EdgeServer
from edge.collect import user_agents
from edge.collect.stream import RESTART, Streams
from edge.websocket import Connection, Gone, TakeableProtocol, take_over

pytestmark = pytest.mark.anyio


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """Any: ASGI's own."""


def served(config: uvicorn.Config, streams: Streams) -> EdgeServer:
    """Not started yet, without the signals that `run` waits for."""
    config.load()
    server = EdgeServer(config, streams)
    server.lifespan = config.lifespan_class(config)
    return server


async def test_it_knows_the_bots_and_looks_for_garbage_only_among_what_is_new() -> None:
    user_agents._bots.cache_clear()
    thresholds = gc.get_threshold()
    server = served(uvicorn.Config(nothing, port=0, lifespan="off", log_level="critical"), Streams())
    try:
        await server.startup()
        assert user_agents._bots.cache_info().currsize == 1
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == COLLECT_AFTER
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
        await server.shutdown()


class Listening(Streams):
    """An application that takes every connection over, and closes them all when it is to drain."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: asyncio.Queue[Connection] = asyncio.Queue()

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        """Any: ASGI's own."""
        await receive()
        await send({"type": "websocket.accept"})
        connection = take_over(scope)
        self.opened.put_nowait(connection)
        try:
            while True:
                await connection.texts()
        except Gone:
            pass

    async def drain(self, seconds: float) -> None:
        while not self.opened.empty():
            self.opened.get_nowait().close(RESTART, "the edge restarts")


async def farewell(port: int, started: asyncio.Semaphore) -> ConnectionClosed:
    """How the connection of a tracker ends that goes on sending."""
    async with connect(f"ws://127.0.0.1:{port}/", compression=None) as tracker:
        started.release()
        try:
            while True:
                await tracker.send("x" * 200)
                await asyncio.sleep(0)
        except ConnectionClosed as closed:
            return closed


async def test_who_is_still_sending_when_the_server_ends_is_told_why_and_not_reset() -> None:
    streams = Listening()
    server = served(
        uvicorn.Config(
            streams.app,
            port=0,
            ws=TakeableProtocol,
            ws_per_message_deflate=False,
            interface="asgi3",
            lifespan="off",
            log_level="critical",
        ),
        streams,
    )
    thresholds = gc.get_threshold()
    try:
        async with asyncio.timeout(30):
            await server.startup()
            port = server.servers[0].sockets[0].getsockname()[1]
            started = asyncio.Semaphore(0)
            trackers = [asyncio.create_task(farewell(port, started)) for _ in range(20)]
            for _ in trackers:
                await started.acquire()
            await server.shutdown()
            ends = await asyncio.gather(*trackers)
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
    assert [end.rcvd.code for end in ends if end.rcvd] == [RESTART] * 20
    assert [end.__cause__ for end in ends if end.__cause__] == []
