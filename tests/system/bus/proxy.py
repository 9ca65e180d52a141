"""A TCP proxy before the broker that can lose a connection on one side only, as a cut network does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Proxy:
    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._near: list[asyncio.StreamWriter] = []
        self._far: list[asyncio.StreamWriter] = []
        self._piping: set[asyncio.Task[None]] = set()
        self._cut: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        self._near.append(writer)
        self._far.append(far_writer)
        for source, target in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pipe(source, target))
            self._piping.add(task)
            task.add_done_callback(self._piping.discard)

    async def _pipe(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
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

    def close(self) -> None:
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
