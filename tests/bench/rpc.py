"""What a call from the edge to a service and back takes: `python -m tests.bench.rpc`.

    call   the edge's own bus asks `users.get`, which reads a document, 200 times a second
    REST   the same question over HTTP: `GET /api/users/me`
    floor  two trips through the broker alone, with no service between them

All run on one stack, one after the other, each paced alike.
"""

import argparse
import asyncio
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pika
import uvloop
from pika.adapters.asyncio_connection import AsyncioConnection

from edge.bus import Bus
from services.contracts.users import GetUser
from stack.local import Ports, Stack
from tests.bench.ingest import quantiles
from tests.system.people import Owner

Work = Callable[[], Awaitable[object]]


async def paced(work: Work, rate: float, seconds: float) -> list[float]:
    """Seconds that each took, begun at its time however long the others take."""
    took: list[float] = []

    async def one() -> None:
        begin = time.perf_counter()
        await work()
        took.append(time.perf_counter() - begin)

    begin, running = time.perf_counter(), []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begin + number / rate - time.perf_counter()))
        running.append(asyncio.create_task(one()))
    await asyncio.gather(*running)
    return took


class Echo:
    """Messages to oneself, there and back: published to one queue, from it to another, to the sender."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._queues: dict[str, str] = {}

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        opened: asyncio.Future[Any] = loop.create_future()
        AsyncioConnection(
            pika.URLParameters(self._uri),
            on_open_callback=lambda connection: connection.channel(on_open_callback=opened.set_result),
            custom_ioloop=loop,
        )
        self._channel = await opened
        for name, heard in (("there", self._on_there), ("back", self._on_back)):
            declared: asyncio.Future[Any] = loop.create_future()
            queue = f"floor-{name}-{uuid.uuid4().hex}"
            self._queues[name] = queue
            self._channel.queue_declare(queue, exclusive=True, callback=declared.set_result)
            await declared
            self._channel.basic_consume(queue, heard, auto_ack=True)

    def _on_there(self, _: object, __: object, properties: pika.BasicProperties, body: bytes) -> None:
        self._channel.basic_publish("", self._queues["back"], body, properties)

    def _on_back(self, _: object, __: object, properties: pika.BasicProperties, body: bytes) -> None:
        self._waiting.pop(properties.correlation_id or "").set_result(None)

    async def __call__(self) -> None:
        number = uuid.uuid4().hex
        back = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._channel.basic_publish(
            "",
            self._queues["there"],
            b"x" * 100,
            pika.BasicProperties(correlation_id=number, delivery_mode=1),
        )
        await back

    def stop(self) -> None:
        self._channel.connection.close()


async def run(rate: float, seconds: float) -> None:
    with tempfile.TemporaryDirectory(prefix="datalab-bench-") as directory:
        stack = Stack(run=Path(directory), ports=Ports.free(), tied=True)
        stack.start()
        bus, echo = Bus(stack.amqp_uri()), Echo(stack.amqp_uri())
        try:
            owner = Owner(stack.edge_url)
            request = GetUser(user=owner.registered.json()["id"])
            await bus.start()
            while not bus.connected:  # noqa: ASYNC110  the bus tells nobody
                await asyncio.sleep(0.01)
            await echo.start()
            headers = {"authorization": owner.http.headers["authorization"]}
            async with httpx.AsyncClient(base_url=stack.edge_url, headers=headers) as http:

                async def over_http() -> None:
                    (await http.get("/api/users/me")).raise_for_status()

                works: list[tuple[str, Work]] = [
                    ("floor: broker alone", echo),
                    ("call", lambda: bus.call(request)),
                    ("REST", over_http),
                ]
                print(f"\n{rate:g}/s for {seconds:g} s        p50 ms    p99 ms    max ms")
                for name, work in works:
                    await paced(work, rate, 1)
                    found = quantiles(await paced(work, rate, seconds))
                    print(
                        f"{name:20} {found['p50']:11.1f} {found['p99']:9.1f} {found['max']:9.1f}", flush=True
                    )
        finally:
            echo.stop()
            await bus.stop()
            stack.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200, help="a second")
    parser.add_argument("--seconds", type=float, default=15)
    arguments = parser.parse_args()
    uvloop.run(run(arguments.rate, arguments.seconds))


if __name__ == "__main__":
    main()
