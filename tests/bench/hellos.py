"""Hellos at a given pace over connections that are kept, in a process of their own, so that other load's clients do not
keep them from reading an answer in time. Latency is from the time a hello was due to its answer, so that a server that
falls behind cannot hide it.
"""

import asyncio
import sys
import time
from urllib.parse import urlsplit

import msgspec
import uvloop

from tests.bench.asking import Connection, connect
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
        self._edge = edge
        body = msgspec.json.encode({"url": f"{SHOP}/", "sent_at": now(), "referrer": "https://news.example/"})
        self._request = (
            f"POST /api/hello HTTP/1.1\r\nHost: {urlsplit(edge).netloc}\r\nOrigin: {SHOP}\r\n"
            f"X-Datalab-Token: {token}\r\nUser-Agent: {CHROME}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        self.answers = Answers([], {})

    async def run(self, seconds: float, rate: float) -> None:
        free: asyncio.Queue[Connection] = asyncio.Queue()
        for _ in range(CONNECTIONS):
            free.put_nowait(await connect(self._edge))
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

    async def _one(self, free: asyncio.Queue[Connection], due: float) -> None:
        connection = await free.get()
        status, _ = await asyncio.wait_for(connection.ask(self._request), 30)
        free.put_nowait(connection)
        self.answers.latencies.append(time.perf_counter() - due)
        if status != "200":
            self.answers.refused[status] = self.answers.refused.get(status, 0) + 1


def main(edge: str, token: str, seconds: str, rate: str) -> None:
    hellos = Hellos(edge, token)
    uvloop.run(hellos.run(float(seconds), float(rate)))
    sys.stdout.buffer.write(msgspec.json.encode(hellos.answers))


if __name__ == "__main__":
    main(*sys.argv[1:])
