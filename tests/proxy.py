"""A TCP proxy before the broker that can lose a connection on one side only, as a cut network does, or carry nothing
for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Proxy:
    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._near: set[asyncio.StreamWriter] = set()
        self._far: set[asyncio.StreamWriter] = set()
        self._piping: set[asyncio.Task[None]] = set()
        self._cut: set[asyncio.StreamWriter] = set()
        self._carrying = asyncio.Event()
        self._carrying.set()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._carrying.wait()
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            writer.transport.abort()
            return
        self._near.add(writer)
        self._far.add(far_writer)
        for source, target in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pipe(source, target))
            self._piping.add(task)
            task.add_done_callback(self._piping.discard)

    async def _pipe(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                await self._carrying.wait()
                target.write(data)
                await target.drain()
        except OSError:
            pass
        if target not in self._cut:
            target.close()

    def cut(self) -> None:
        """The near side is told that its connections are gone; the broker hears nothing of it."""
        self._cut.update(self._far)
        for writer in self._near:
            writer.transport.abort()
        self._near.clear()

    def stall(self) -> None:
        """Carry nothing in either direction, and say so to nobody, until `carry`."""
        self._carrying.clear()

    def carry(self) -> None:
        self._carrying.set()

    def close(self) -> None:
        self.carry()
        for writer in (*self._near, *self._far):
            writer.transport.abort()


@asynccontextmanager
async def proxied(upstream: int) -> AsyncIterator[Proxy]:
    proxy = Proxy(upstream)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    async with server:
        yield proxy
        proxy.close()
