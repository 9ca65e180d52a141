"""uvicorn's HTTP protocol, whose answers leave in one piece where they are whole: written in two, the head wakes up who
waits for the answer before there is one, and on a busy machine takes the processor from the edge while it does.

What is streamed goes out as it comes, gathered for a turn of the event loop at most.
"""

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_GATHERED = 65_536
"""bytes"""


class Gathering:
    """Of a transport what an HTTP answer needs."""

    __slots__ = ("_loop", "_parts", "_size", "whole")

    def __init__(self, whole: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.whole = whole
        self._loop = loop
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(data)
        self._size += len(data)
        if self._size > MOST_GATHERED:
            self.flush()

    def flush(self) -> None:
        if self._parts:
            data = b"".join(self._parts)
            self._parts.clear()
            self._size = 0
            self.whole.write(data)

    def close(self) -> None:
        self.flush()
        self.whole.close()

    def is_closing(self) -> bool:
        return self.whole.is_closing()


class AnsweringProtocol(HttpToolsProtocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._gathering = Gathering(transport, self.loop)
        self.transport = cast(asyncio.Transport, self._gathering)

    def handle_websocket_upgrade(self) -> None:
        self.transport = self._gathering.whole
        super().handle_websocket_upgrade()

    def on_response_complete(self) -> None:
        self._gathering.flush()
        super().on_response_complete()
