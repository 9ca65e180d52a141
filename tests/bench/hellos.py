"""Hellos at a given pace over connections that are kept, in a process of their own, so that other load's clients do not
keep them from reading an answer in time. Latency is from the time a hello was due to its answer, so that a server that
falls behind cannot hide it.
"""

import asyncio
import sys
import time
from typing import cast
from urllib.parse import urlsplit

import msgspec
import uvloop

from tests.system.people import CHROME, SHOP, now

CONNECTIONS = 50


class Answers(msgspec.Struct):
    latencies: list[float]
    """seconds"""
    refused: dict[str, int]
    """how often each other status than 200"""


async def beside(edge: str, token: str, seconds: float, rate: float) -> Answers:
    """`rate` hellos a second."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        edge,
        token,
        str(seconds),
        str(rate),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise SystemExit("the hellos broke off")
    return msgspec.json.decode(said, type=Answers)


class Hellos:
    def __init__(self, edge: str, token: str) -> None:
        self._parts = urlsplit(edge)
        body = msgspec.json.encode({"url": f"{SHOP}/", "sent_at": now(), "referrer": "https://news.example/"})
        self._request = (
            f"POST /api/hello HTTP/1.1\r\nHost: {self._parts.netloc}\r\nOrigin: {SHOP}\r\nX-Datalab-Token: {token}\r\n"
            f"User-Agent: {CHROME}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        self.answers = Answers([], {})

    async def run(self, seconds: float, rate: float) -> None:
        free: asyncio.Queue[_Connection] = asyncio.Queue()
        for _ in range(CONNECTIONS):
            free.put_nowait(await self._connect())
        begin = time.perf_counter()
        under_way = set[asyncio.Task[None]]()
        for number in range(int(seconds * rate)):
            due = begin + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            task = asyncio.create_task(self._one(free, due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)
        while not free.empty():
            free.get_nowait().close()

    async def _connect(self) -> "_Connection":
        host, port = self._parts.hostname, self._parts.port
        assert host is not None
        assert port is not None
        _, connection = await asyncio.get_running_loop().create_connection(_Connection, host, port)
        return connection

    async def _one(self, free: "asyncio.Queue[_Connection]", due: float) -> None:
        connection = await free.get()
        status = await asyncio.wait_for(connection.ask(self._request), 30)
        free.put_nowait(connection)
        self.answers.latencies.append(time.perf_counter() - due)
        if status != "200":
            self.answers.refused[status] = self.answers.refused.get(status, 0) + 1


class _Connection(asyncio.Protocol):
    """One request at a time; an answer has a Content-Length."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._buffer = b""
        self._answer: asyncio.Future[str] | None = None

    def ask(self, request: bytes) -> asyncio.Future[str]:
        """The status of the answer."""
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
            self._answer.set_result(head.split(b" ", 2)[1].decode())

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError(f"the edge hung up: {exc}"))

    def close(self) -> None:
        self._transport.close()


def main(edge: str, token: str, seconds: str, rate: str) -> None:
    hellos = Hellos(edge, token)
    uvloop.run(hellos.run(float(seconds), float(rate)))
    sys.stdout.buffer.write(msgspec.json.encode(hellos.answers))


if __name__ == "__main__":
    main(*sys.argv[1:])
