"""How fast events come in, durable and queryable, and what that costs: `python -m tests.bench.ingest`.

Stack and clients run on this machine together, the floors before them. Every event is checked to be in the report once.
`--only full half singles idle rebuild visits` chooses; `--stored 1000000 10000000` fills the record first, as far as
the one and then as far as the other, so that the cost of an event can be compared. `rebuild` builds the projection anew
from what trackers sent, `visits` from generated ones (20 events each, 4.4 in a frame), all that is in the record then.
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
from tests.bench import floors, hellos, history, load
from tests.bench.probe import Probe
from tests.bench.processes import Accounts
from tests.bench.rebuilding import rebuilt, visits_rebuilt
from tests.system.people import SHOP, Owner, Tracker, now

PROCESSES = ("edge", "broker", "recorder", "database", "analysis")
LIMITS = {"HELLOS_PER_MINUTE": "600000", "FRAMES_PER_SECOND": "100000"}
HELLOS_PER_SECOND = 500
WATCHERS = 8
"""visitors beside a half load of whom is timed until they are seen, so that there are enough for a p99"""
ASKING_SECONDS = 0.25
"""between two looks whether all is in the report: what they cost counts as analysis'"""
IDLE_CONNECTIONS = 10_000
REBUILT = 1_000_000
"""events, at least, of which a projection is built anew"""
SCENARIOS = ("floors", "full", "half", "singles", "idle", "rebuild", "visits")


class Figures(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One measurement."""

    connections: int
    events: int
    seconds: float
    events_per_second: float
    queryable_after: float = 0.0
    """seconds from the last ack until all of it is in the reports"""
    ack_ms: dict[str, float] = {}
    report_ms: dict[str, float] = {}
    """from sending an event until a report shows it"""
    live_ms: dict[str, float] = {}
    """from sending an event until the live view shows it"""
    live_views: int = 0
    """how many of them were timed"""
    hello_ms: dict[str, float] = {}
    cpu_us_per_event: dict[str, float] = {}
    memory_mb: dict[str, float] = {}


def quantiles(latencies: list[float]) -> dict[str, float]:
    ordered = sorted(latencies)
    return {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1)
        for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))
        if ordered
    }


class Bench:
    """A stack with an app, and the measurements on it."""

    def __init__(self, stack: Stack, connections: int, seconds: float, window: int) -> None:
        self.stack = stack
        self.edge = stack.edge_url
        self.app = Owner(self.edge).app()
        self.connections = connections
        self.seconds = seconds
        self.window = window

    async def full(self) -> Figures:
        return await self.measure(load.EVENTS_PER_FRAME)

    async def singles(self) -> Figures:
        """Frames of one event."""
        return await self.measure(1)

    async def half(self, rate: float) -> Figures:
        """Half of what a full load reached, in events/s, and beside it hellos and a visitor who wants to be seen."""
        return await self.measure(load.EVENTS_PER_FRAME, rate)

    async def fill(self, events: int) -> None:
        """Store so many events, as fast as it goes."""
        while (stored := self.counted()) < events:
            print(f"  {stored:,} of {events:,} events stored", flush=True)
            body = load.events(now())
            streams = await self.streams(body)
            await load.as_fast_as_acked(streams, min(60.0, (events - stored) / 100_000), self.window)
            await self._arrived(stored + sum(stream.acked for stream in streams) * load.EVENTS_PER_FRAME)
            for stream in streams:
                stream.close()

    async def measure(self, events_per_frame: int, rate: float | None = None) -> Figures:
        body = load.events(now(), events_per_frame)
        begun = now()
        streams = await self.streams(body)
        greeted = hellos.Answers([], {})
        probes: list[Probe] = []
        if rate is not None:
            probes = [Probe(self.edge, Owner(self.edge).app(), reported=not n) for n in range(WATCHERS)]
        accounts = Accounts(self.stack, PROCESSES)
        if rate is None:
            took = await load.as_fast_as_acked(streams, self.seconds, self.window)
        else:
            took, greeted, _ = await asyncio.gather(
                load.paced(streams, self.seconds, rate / events_per_frame),
                hellos.beside(self.edge, self.app.token, self.seconds, HELLOS_PER_SECOND),
                asyncio.gather(*(probe.run(self.seconds) for probe in probes)),
            )
        if broken := {stream.closed for stream in streams if stream.closed} | set(greeted.refused):
            raise SystemExit("; ".join(sorted(broken)))
        events = sum(stream.acked for stream in streams) * events_per_frame
        late = await self._arrived(events, begun)
        used = accounts.used()
        for stream in streams:
            stream.close()
        return Figures(
            connections=self.connections,
            events=events,
            seconds=round(took, 2),
            events_per_second=round(events / took),
            queryable_after=round(late, 2),
            ack_ms=quantiles([latency for stream in streams for latency in stream.latencies]),
            report_ms=quantiles([latency for probe in probes for latency in probe.to_report]),
            live_ms=quantiles([latency for probe in probes for latency in probe.to_live]),
            live_views=sum(len(probe.to_live) for probe in probes),
            hello_ms=quantiles(greeted.latencies),
            cpu_us_per_event={part: round(cost / events * 1e6, 2) for part, cost in used.items()},
            memory_mb={part: round(size / 1e6) for part, size in accounts.memory().items()},
        )

    async def idle(self) -> Figures:
        """What a connection costs that says nothing: the edge's memory before and after."""
        accounts = Accounts(self.stack, ("edge",))
        before = accounts.memory()["edge"]
        body, begin = load.events(now()), time.perf_counter()
        streams: list[load.Connection] = []
        while len(streams) < IDLE_CONNECTIONS:
            streams += await self.streams(body)
        took = time.perf_counter() - begin
        await asyncio.sleep(1)
        each = (accounts.memory()["edge"] - before) / IDLE_CONNECTIONS
        if broken := {stream.closed for stream in streams if stream.closed}:
            raise SystemExit("; ".join(sorted(broken)))
        for stream in streams:
            stream.close()
        return Figures(
            connections=IDLE_CONNECTIONS,
            events=0,
            seconds=round(took, 2),
            events_per_second=0,
            memory_mb={
                "edge": round(accounts.memory()["edge"] / 1e6),
                "KB a connection": round(each / 1e3, 1),
            },
        )

    async def rebuild(self) -> tuple[int, float]:
        """How many events are stored, and events/s of a projection that is built anew of them."""
        await self.fill(REBUILT)
        stored = self.counted()
        return stored, await asyncio.to_thread(rebuilt, self.stack, lambda: self.counted() >= stored)

    async def _arrived(self, events: int, since: int = 0) -> float:
        """Seconds until the reports count so many in the sessions begun since then, and not one more."""
        begin = time.perf_counter()
        while self.counted(since) < events:
            if time.perf_counter() - begin > 300:
                raise SystemExit(f"{events - self.counted(since)} events are missing in the report")
            await asyncio.sleep(ASKING_SECONDS)
        late = time.perf_counter() - begin
        if (surplus := self.counted(since) - events) != 0:
            raise SystemExit(f"{surplus} events are counted that were never sent")
        return late

    def counted(self, since: int = 0) -> int:
        """Events in the sessions begun since then: asking for few costs the same whatever is stored."""
        period = {"from": since or now() - 86_400_000, "to": now() + 86_400_000}
        return int(self.app.report("overview", **period)["totals"]["events"])

    async def streams(self, body: bytes) -> list[load.Connection]:
        return [
            await load.connect(self.edge, f"/api/stream?ticket={ticket}", SHOP, body)
            for ticket in await self.tickets(self.connections)
        ]

    async def tickets(self, count: int) -> list[str]:
        """A session for each connection; a ticket lives 30 s."""
        headers = {
            "origin": SHOP,
            "x-datalab-token": self.app.token,
            "user-agent": Tracker(self.edge, "").http.headers["user-agent"],
        }
        async with httpx.AsyncClient(base_url=self.edge, headers=headers, timeout=30) as http:
            slots = asyncio.Semaphore(20)

            async def one() -> str:
                async with slots:
                    answer = await http.post("/api/hello", json={"url": f"{SHOP}/", "sent_at": now()})
                    answer.raise_for_status()
                    http.cookies.clear()
                    return str(answer.json()["ticket"])

            return list(await asyncio.gather(*(one() for _ in range(count))))


def show(name: str, figures: Figures, bare: dict[str, float]) -> None:
    before = history.last("ingest", name)
    history.keep("ingest", name, msgspec.to_builtins(figures), now())
    ratios = ", ".join(f"{figures.events_per_second / rate:.2f} of {part}" for part, rate in bare.items())
    print(f"\n{name}: {figures.events_per_second:,} events/s, {figures.connections} connections  ({ratios})")
    if before is not None:
        print(f"  last time    {before.figures['events_per_second']:,} events/s ({before.commit})")
    for label, latencies in (
        ("ack ms", figures.ack_ms),
        ("report ms", figures.report_ms),
        ("live ms", figures.live_ms),
        ("hello ms", figures.hello_ms),
    ):
        if latencies:
            print(f"  {label:13}" + "  ".join(f"{part} {value}" for part, value in latencies.items()))
    if figures.cpu_us_per_event:
        server = sum(cost for part, cost in figures.cpu_us_per_event.items() if part != "client")
        whole = figures.events / (figures.seconds + figures.queryable_after)
        print(
            f"  queryable    {figures.queryable_after:.2f} s after the last ack: {whole:,.0f} events/s until then"
        )
        print(
            "  CPU us/event " + "  ".join(f"{part} {cost}" for part, cost in figures.cpu_us_per_event.items())
        )
        print(f"               all but the client {server:.1f}")
    print(
        "  memory MB    " + "  ".join(f"{part} {size}" for part, size in figures.memory_mb.items()),
        flush=True,
    )


async def measured_floors(stack: Stack, connections: int) -> dict[str, float]:
    print("floors, events/s", flush=True)
    found: dict[str, float] = {}
    for name, floor in (
        ("WebSocket", lambda: floors.websocket(connections)),
        ("publish", lambda: floors.publish(stack)),
        ("insert_many", lambda: asyncio.to_thread(floors.insert, stack)),
        ("DuckDB append", lambda: asyncio.to_thread(floors.duckdb_append)),
    ):
        found[name] = round(await floor())
        print(f"  {name:14} {found[name]:>12,}", flush=True)
    history.keep("ingest", "floors", dict(found), now())
    return found


async def scenarios(
    bench: Bench, only: set[str], rate: float | None, suffix: str, bare: dict[str, float]
) -> None:
    if "full" in only:
        full = await bench.full()
        show("full load" + suffix, full, bare)
    if "half" in only:
        half = rate or (full.events_per_second / 2 if "full" in only else 50_000)
        show("half load" + suffix, await bench.half(half), bare)
    if "singles" in only:
        show("single events" + suffix, await bench.singles(), bare)
    if "idle" in only:
        show("idle connections" + suffix, await bench.idle(), {})
    if "rebuild" in only:
        stored, rate = await bench.rebuild()
        history.keep("ingest", "rebuild" + suffix, {"events": stored, "rebuild": round(rate)}, now())
        print(f"\nrebuild: {rate:,.0f} events/s, of {stored:,}", flush=True)


async def run(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="datalab-bench-") as directory:
        stack = Stack(run=Path(directory), ports=Ports.free(), tied=True, environment=LIMITS)
        try:
            stack.start()
            only = set(arguments.only)
            bare = await measured_floors(stack, arguments.connections) if "floors" in only else {}
            bench = Bench(stack, arguments.connections, arguments.seconds, arguments.window)
            for stored in arguments.stored or [0]:
                await bench.fill(stored)
                await scenarios(bench, only, arguments.rate, f", {stored:,} stored" if stored else "", bare)
            if "visits" in only:
                stored, rate = await asyncio.to_thread(visits_rebuilt, stack, REBUILT)
                history.keep("ingest", "rebuild of visits", {"events": stored, "rebuild": round(rate)}, now())
                print(f"\nrebuild of generated visits: {rate:,.0f} events/s, of {stored:,}", flush=True)
        finally:
            stack.stop()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--window", type=int, default=8, help="frames unacked on a connection at most")
    parser.add_argument("--rate", type=float, help="events/s of the half load; default: half the full load's")
    parser.add_argument("--stored", type=int, nargs="+", default=[], help="events to store before")
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    uvloop.run(run(parser.parse_args(sys.argv[1:] if arguments is None else arguments)))


if __name__ == "__main__":
    main()
