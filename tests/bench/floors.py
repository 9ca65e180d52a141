"""The floors of ingest, each step of an event's way alone and bare, in the same run and on the same machine: a
WebSocket that decodes and drops, a confirmed publish, an insert_many, a DuckDB append. All in events/s of one process.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import msgspec
import numpy as np
import pika
from pymongo import MongoClient

from edge.bus import Bus
from services.analysis import record
from services.analysis.projection import SCHEMA
from services.analysis.rows import append
from services.contracts.frames import Click, Frame, Frames, Hover, Move, Packed, Page
from stack.local import Ports, Stack
from tests.bench import load
from tests.system.people import SHOP, now

SECONDS = 4.0
FRAMES_IN_MESSAGE, MESSAGES_UNDER_WAY = 500, 16
DOCUMENTS = 500
ROWS = 40_000
QUEUE = "bench.floor"


async def websocket(connections: int) -> float:
    """The load's own clients against a bare uvicorn WebSocket that decodes each frame and drops it."""
    port = Ports.free().edge
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.bare_websocket", str(port)
    )
    try:
        edge, body = f"http://127.0.0.1:{port}", load.events(now())
        streams = [await _patiently(edge, body)]
        streams += [await load.connect(edge, "/", SHOP, body, acks=False) for _ in range(connections - 1)]
        begin = time.perf_counter()
        while time.perf_counter() - begin < SECONDS:
            for stream in streams:
                stream.send()
            await asyncio.sleep(0)
            for stream in streams:
                await stream.writable.wait()
        took = time.perf_counter() - begin
        for stream in streams:
            stream.close()
        return sum(stream.acked for stream in streams) * load.EVENTS_PER_FRAME / took
    finally:
        process.kill()
        await process.wait()


async def _patiently(edge: str, body: bytes) -> load.Connection:
    for _ in range(100):
        try:
            return await load.connect(edge, "/", SHOP, body, acks=False)
        except OSError:
            await asyncio.sleep(0.1)
    raise SystemExit("the bare WebSocket server did not start")


async def publish(stack: Stack) -> float:
    """Persistent messages of 500 frames, 16 unconfirmed at most, to a queue that keeps few."""
    connection = pika.BlockingConnection(pika.URLParameters(stack.amqp_uri()))
    channel = connection.channel()
    channel.queue_declare(QUEUE, durable=True, arguments={"x-max-length": 50})
    body = msgspec.json.encode(Frames(frames=[_frame(n) for n in range(FRAMES_IN_MESSAGE)]))
    bus = Bus(stack.amqp_uri(), "bench")
    connected = asyncio.Event()
    bus.on_connected(connected.set)
    await bus.start()
    await connected.wait()
    sent, under_way = 0, set[asyncio.Future[None]]()
    begin = time.perf_counter()
    while time.perf_counter() - begin < SECONDS:
        under_way.add(bus.publish("", QUEUE, body))
        sent += 1
        if len(under_way) >= MESSAGES_UNDER_WAY:
            done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for confirm in done:
                confirm.result()
    await asyncio.gather(*under_way)
    took = time.perf_counter() - begin
    await bus.stop()
    channel.queue_delete(QUEUE)
    connection.close()
    return sent * FRAMES_IN_MESSAGE * load.EVENTS_PER_FRAME / took


def insert(stack: Stack) -> float:
    """Documents of the record, 500 an insert_many, majority and journalled as the recorder's."""
    with MongoClient[record.Document](stack.mongo_uri("analysis")) as client:
        collection = client.get_default_database()["bench_floor"]
        numbers = iter(range(1, 1_000_000_000))

        def once() -> int:
            collection.insert_many(
                [record.document(_frame(next(numbers))) for _ in range(DOCUMENTS)], ordered=False
            )
            return DOCUMENTS * load.EVENTS_PER_FRAME

        try:
            return _rate(once)
        finally:
            collection.drop()


def duckdb_append() -> float:
    """Whole rows of events, 40,000 a transaction, into one table of a new file."""
    with tempfile.TemporaryDirectory() as directory:
        connection = duckdb.connect(str(Path(directory) / "floor.duckdb"))
        connection.execute(SCHEMA.read_text())
        connection.execute("create table floor as select * from events limit 0")
        kinds = {"BIGINT": np.int64, "DOUBLE": np.float64, "UTINYINT": np.uint8, "USMALLINT": np.uint16}
        columns = {
            name: np.arange(ROWS).astype(kinds.get(kind, np.int8 if kind == "TINYINT" else np.int32))
            for name, kind, *_ in connection.execute("describe floor").fetchall()
        }

        def once() -> int:
            connection.execute("begin")
            append(connection, "floor", columns)
            connection.execute("commit")
            return ROWS

        try:
            return _rate(once)
        finally:
            connection.close()


def _rate(once: Callable[[], int]) -> float:
    once()
    begin, events = time.perf_counter(), 0
    while (took := time.perf_counter() - begin) < SECONDS:
        events += once()
    return events / took


def _frame(n: int) -> Frame:
    """What the edge makes of the load's frame."""
    path = "body>main>section.products:nth-of-type(2)>article.card>button#add.btn.primary"
    at = 1_750_000_000_000 + n
    events: list[Packed] = [
        Page(at, f"{SHOP}/product/42", 3200, "Lamp"),
        Click(at, 410, 822, path, "", 1440, 3200),
        Hover(at, path, 1400, "click"),
        *(Move(at + step, 400 + step, 800 - step, 120) for step in range(load.EVENTS_PER_FRAME - 3)),
    ]
    return Frame(
        "5f0000000000000000000001", f"{n % 1000:032x}", n, at, msgspec.Raw(msgspec.json.encode(events))
    )
