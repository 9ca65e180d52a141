"""HTTP as cheap as it can be: requests prepared as bytes, so that what is timed is the server and not its client."""

import asyncio
from typing import NamedTuple, cast
from urllib.parse import urlsplit


class Answer(NamedTuple):
    status: str
    body: bytes
    """as it came, compressed where the request takes that"""


class Connection(asyncio.Protocol):
    """One request at a time; an answer has a Content-Length."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._buffer = b""
        self._answer: asyncio.Future[Answer] | None = None

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or self._answer is None:
            return
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        )
        if len(body) >= length:
            self._buffer = body[length:]
            self._answer.set_result(Answer(head.split(b" ", 2)[1].decode(), body[:length]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError(f"the edge hung up: {exc}"))

    def close(self) -> None:
        self._transport.close()


async def connect(edge: str) -> Connection:
    parts = urlsplit(edge)
    assert parts.hostname is not None
    assert parts.port is not None
    _, connection = await asyncio.get_running_loop().create_connection(Connection, parts.hostname, parts.port)
    return connection
