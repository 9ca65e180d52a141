"""Many trackers at once, as cheap as they can be: raw WebSocket frames over asyncio, prepared beforehand.

Each connection either keeps `window` frames unacked, so that the edge is never sent more than a real tracker's buffer
would hold, or sends at a given pace. Latency is from the time a frame was due (at a pace) or sent to its ack.
"""

import asyncio
import time
from typing import cast
from urllib.parse import urlsplit

import msgspec

EVENTS_PER_FRAME = 10


def events(at: int, count: int = EVENTS_PER_FRAME) -> bytes:
    """The first `count` events of a frame: a page, a click, a hover, then moves; 10 are about 1 KB of JSON."""
    path = "body>main>section.products:nth-of-type(2)>article.card>button#add.btn.primary"
    sent: list[dict[str, object]] = [
        {
            "type": 0,
            "timestamp": at,
            "event": {"elapsed": 3.2, "next": "http://shop.test/product/42", "title": "Lamp"},
        },
        {
            "type": 0,
            "timestamp": at,
            "event": {"X": 410, "Y": 822, "target": path, "page_w": 1440, "page_h": 3200},
        },
        {"type": 0, "timestamp": at, "event": {"elapsed": 1.4, "target": path, "outcome": "click"}},
    ]
    sent += [
        {"type": 1, "timestamp": at + step, "event": {"X": 400 + step, "Y": 800 - step, "elapsed": 0.12}}
        for step in range(count - len(sent))
    ]
    return msgspec.json.encode(sent[:count])


def websocket_frame(payload: bytes) -> bytes:
    """A masked text frame; the mask of zeros is a valid one and leaves the payload as it is."""
    size = len(payload)
    if size < 126:
        return bytes([0x81, 0x80 | size]) + bytes(4) + payload
    return bytes([0x81, 0x80 | 126]) + size.to_bytes(2, "big") + bytes(4) + payload


class Connection(asyncio.Protocol):
    """One tracker: opens its stream, sends frames, reads acks."""

    def __init__(self, path: str, host: str, origin: str, body: bytes, acks: bool) -> None:
        self._hello = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: {origin}\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        self._body = body
        self._acks = acks
        self._buffer = b""
        self._sent_at: dict[int, float] = {}
        self._next = 1
        self.open = asyncio.get_running_loop().create_future()
        self.progressed = asyncio.Event()
        self.writable = asyncio.Event()
        self.writable.set()
        self.acked = 0
        self.latencies: list[float] = []
        self.closed = ""

    @property
    def unacked(self) -> int:
        return len(self._sent_at)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._hello)

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.open.done():
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            self._buffer = rest
            status = head.split(b" ", 2)[1]
            if status == b"101":
                self.open.set_result(None)
            else:
                self.open.set_exception(ConnectionError(f"the stream was refused: {status.decode()}"))
        self._read_frames()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = self.closed or f"connection lost: {exc}"
        if not self.open.done():
            self.open.set_exception(ConnectionError(self.closed))
        self.progressed.set()

    def _read_frames(self) -> None:
        buffer, at = self._buffer, 0
        now = time.perf_counter()
        while len(buffer) - at >= 2:
            size = buffer[at + 1] & 0x7F
            start = at + 2
            if size == 126:
                size = int.from_bytes(buffer[start : start + 2], "big")
                start += 2
            if len(buffer) - start < size:
                break
            payload = buffer[start : start + size]
            if buffer[at] == 0x81 and payload.startswith(b'{"ack":'):
                self._acknowledge(int(payload[7:-1]), now)
            elif buffer[at] == 0x89:
                self._transport.write(bytes([0x8A, 0x80 | size]) + bytes(4) + payload)
            elif buffer[at] == 0x88:
                self.closed = (
                    f"closed by the edge: {int.from_bytes(payload[:2], 'big')} {payload[2:].decode()}"
                )
            at = start + size
        self._buffer = buffer[at:]

    def _acknowledge(self, n: int, now: float) -> None:
        sent_at = self._sent_at.pop(n, None)
        if sent_at is not None:
            self.acked += 1
            self.latencies.append(now - sent_at)
            self.progressed.set()

    def send(self, due: float | None = None) -> None:
        n = self._next
        self._next += 1
        if self._acks:
            self._sent_at[n] = due or time.perf_counter()
        else:
            self.acked += 1
        self._transport.write(websocket_frame(b'{"n":%d,"events":%s}' % (n, self._body)))

    def close(self) -> None:
        self._transport.close()


async def connect(edge: str, path: str, origin: str, body: bytes, acks: bool = True) -> Connection:
    parts = urlsplit(edge)
    assert parts.hostname is not None
    assert parts.port is not None
    _, connection = await asyncio.get_running_loop().create_connection(
        lambda: Connection(path, parts.netloc, origin, body, acks), parts.hostname, parts.port
    )
    await asyncio.wait_for(connection.open, 30)
    return connection


async def as_fast_as_acked(connections: list[Connection], seconds: float, window: int) -> float:
    """Keep `window` frames unacked on each connection; seconds until the last ack."""
    begin = time.perf_counter()
    end = begin + seconds

    async def drive(connection: Connection) -> None:
        while time.perf_counter() < end and not connection.closed:
            while connection.unacked < window:
                connection.send()
            connection.progressed.clear()
            if connection.unacked >= window:
                await connection.progressed.wait()
        await _settled(connection)

    await asyncio.gather(*(drive(connection) for connection in connections))
    return time.perf_counter() - begin


async def paced(connections: list[Connection], seconds: float, frames_per_second: float) -> float:
    """Each connection in turn, `frames_per_second` over all of them; seconds until the last ack."""
    begin = time.perf_counter()
    count = int(seconds * frames_per_second)
    sent = 0
    while sent < count:
        due = min(count, int((time.perf_counter() - begin) * frames_per_second))
        for number in range(sent, due):
            connections[number % len(connections)].send(begin + number / frames_per_second)
        sent = max(sent, due)
        await asyncio.sleep(0.002)
    await asyncio.gather(*(_settled(connection) for connection in connections))
    return time.perf_counter() - begin


async def _settled(connection: Connection) -> None:
    while connection.unacked and not connection.closed:
        connection.progressed.clear()
        await asyncio.wait_for(connection.progressed.wait(), 60)
