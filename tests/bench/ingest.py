"""How fast events come in, durable and queryable, and what that costs: `python -m tests.bench.ingest`.

Stack and clients run on this machine together, the floor before them. Figures in events are of frames of 10.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import httpx
import msgspec
import uvloop

from stack.local import Ports, Stack
from tests.bench import load
from tests.bench.processes import Accounts
from tests.system.people import SHOP, App, Owner, Tracker, now

PROCESSES = ("edge", "broker", "recorder", "database", "analysis")
LIMITS = {"HELLOS_PER_MINUTE": "600000", "FRAMES_PER_SECOND": "100000"}


class Figures(msgspec.Struct, kw_only=True):
    """One measurement."""

    name: str
    connections: int
    events: int
    seconds: float
    events_per_second: float
    queryable_after: float = 0.0
    """seconds from the last ack until all of it is in the reports"""
    ack_ms: dict[str, float] = {}
    cpu_us_per_event: dict[str, float] = {}
    memory_mb: dict[str, float] = {}


def quantiles(latencies: list[float]) -> dict[str, float]:
    ordered = sorted(latencies)
    return {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1)
        for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))
    }


async def tickets(edge: str, app: App, count: int) -> list[str]:
    """A session for each connection."""
    headers = {
        "origin": SHOP,
        "x-datalab-token": app.token,
        "user-agent": Tracker(edge, "").http.headers["user-agent"],
    }
    async with httpx.AsyncClient(base_url=edge, headers=headers, timeout=30) as http:
        slots = asyncio.Semaphore(20)

        async def one() -> str:
            async with slots:
                answer = await http.post("/api/hello", json={"url": f"{SHOP}/", "sent_at": now()})
                answer.raise_for_status()
                http.cookies.clear()
                return str(answer.json()["ticket"])

        return list(await asyncio.gather(*(one() for _ in range(count))))


async def measure(
    stack: Stack,
    app: App,
    name: str,
    connections: int,
    seconds: float,
    window: int,
    rate: float | None = None,
) -> Figures:
    body = load.events(now())
    begun_with = counted(app)
    streams = [
        await load.connect(stack.edge_url, f"/api/stream?ticket={ticket}", SHOP, body)
        for ticket in await tickets(stack.edge_url, app, connections)
    ]
    accounts = Accounts(stack, PROCESSES)
    if rate is None:
        took = await load.as_fast_as_acked(streams, seconds, window)
    else:
        took = await load.paced(streams, seconds, rate)
    if broken := {stream.closed for stream in streams if stream.closed}:
        raise SystemExit(f"{name}: {'; '.join(sorted(broken))}")
    events = sum(stream.acked for stream in streams) * load.EVENTS_PER_FRAME
    acked_at = time.perf_counter()
    while counted(app) < begun_with + events:
        if time.perf_counter() - acked_at > 300:
            raise SystemExit(f"{name}: {begun_with + events - counted(app)} events are missing in the report")
        await asyncio.sleep(0.05)
    late = time.perf_counter() - acked_at
    if (surplus := counted(app) - begun_with - events) != 0:
        raise SystemExit(f"{name}: {surplus} events are counted that were never sent")
    used = accounts.used()
    for stream in streams:
        stream.close()
    return Figures(
        name=name,
        connections=connections,
        events=events,
        seconds=round(took, 2),
        events_per_second=round(events / took),
        queryable_after=round(late, 2),
        ack_ms=quantiles([latency for stream in streams for latency in stream.latencies]),
        cpu_us_per_event={part: round(cost / events * 1e6, 2) for part, cost in used.items()},
        memory_mb={part: round(size / 1e6) for part, size in accounts.memory().items()},
    )


def counted(app: App) -> int:
    totals = app.report("overview", **{"from": now() - 86_400_000, "to": now() + 86_400_000})["totals"]
    return int(totals["events"])


async def floor(connections: int, seconds: float) -> Figures:
    """The same clients against a server that only decodes."""
    port = Ports.free().edge
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.bare_websocket", str(port)
    )
    try:
        edge = f"http://127.0.0.1:{port}"
        body = load.events(now())
        first = await _patiently(edge, body)
        streams = [
            first,
            *[await load.connect(edge, "/", SHOP, body, acks=False) for _ in range(connections - 1)],
        ]
        begin = time.perf_counter()
        while time.perf_counter() - begin < seconds:
            for stream in streams:
                stream.send()
            await asyncio.sleep(0)
            for stream in streams:
                await stream.writable.wait()
        took = time.perf_counter() - begin
        events = sum(stream.acked for stream in streams) * load.EVENTS_PER_FRAME
        for stream in streams:
            stream.close()
    finally:
        process.kill()
        await process.wait()
    rate = round(events / took)
    return Figures(
        name="floor: bare WebSocket",
        connections=connections,
        events=events,
        seconds=round(took, 2),
        events_per_second=rate,
    )


async def _patiently(edge: str, body: bytes) -> load.Connection:
    for _ in range(100):
        try:
            return await load.connect(edge, "/", SHOP, body, acks=False)
        except OSError:
            await asyncio.sleep(0.1)
    raise SystemExit("the bare WebSocket server did not start")


def show(figures: Figures, base: Figures) -> None:
    ratio = figures.events_per_second / base.events_per_second
    print(
        f"\n{figures.name}: {figures.events_per_second:,} events/s ({ratio:.2f} of the floor), "
        f"{figures.connections} connections"
    )
    if not figures.ack_ms:
        return
    print(f"  queryable    {figures.queryable_after:.2f} s after the last ack")
    print("  ack ms       " + "  ".join(f"{name} {value}" for name, value in figures.ack_ms.items()))
    server = sum(cost for part, cost in figures.cpu_us_per_event.items() if part != "client")
    print("  CPU us/event " + "  ".join(f"{part} {cost}" for part, cost in figures.cpu_us_per_event.items()))
    print(f"               all but the client {server:.1f}")
    print(
        "  memory MB    " + "  ".join(f"{part} {size}" for part, size in figures.memory_mb.items()),
        flush=True,
    )


async def run(arguments: argparse.Namespace) -> list[Figures]:
    base = await floor(arguments.connections, min(5, arguments.seconds))
    show(base, base)
    results = [base]
    with tempfile.TemporaryDirectory(prefix="datalab-bench-") as directory:
        stack = Stack(run=Path(directory), ports=Ports.free(), tied=True, environment=LIMITS)
        try:
            stack.start()
            app = Owner(stack.edge_url).app()
            full = await measure(
                stack, app, "full load", arguments.connections, arguments.seconds, arguments.window
            )
            show(full, base)
            half_rate = full.events_per_second / 2 / load.EVENTS_PER_FRAME
            half = await measure(
                stack, app, "half load", arguments.connections, arguments.seconds, arguments.window, half_rate
            )
            show(half, base)
            results += [full, half]
        finally:
            stack.stop()
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--window", type=int, default=8, help="frames unacked on a connection at most")
    parser.add_argument("--json", type=Path, help="append the figures to this file, a line each")
    arguments = parser.parse_args()
    results = uvloop.run(run(arguments))
    if arguments.json:
        with arguments.json.open("ab") as file:
            for figures in results:
                file.write(msgspec.json.encode({"at": now(), **msgspec.to_builtins(figures)}) + b"\n")


if __name__ == "__main__":
    main()
