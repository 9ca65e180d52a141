"""Ten dashboards that reload at once while events come in: `python -m tests.bench.dashboards --file FILE`.

The stack is given a projection of tests.bench.reports as an app's past, so that its reports read as much as they would
after months. At first each report is asked for alone, and then all of them at once by a single dashboard: the quiet
figure. Then events come in at a pace, and ten dashboards ask for all of them at once, again and again. Told are the
reports' times, the acks', and whether the broker missed heart-beats.
"""

import argparse
import asyncio
import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import duckdb
import msgspec
import uvloop
from pymongo import MongoClient

from services.analysis import change_stream
from services.analysis.record import FRAMES, Document
from stack.local import Ports, Stack
from tests.bench import histories, load
from tests.bench.asking import connect
from tests.bench.ingest import LIMITS, PROCESSES, Bench, quantiles
from tests.bench.processes import Accounts
from tests.system.people import PASSWORD, client, now

REPORTS = ("overview", "pages", "funnel", "buttons")
DASHBOARDS = 10
QUIET = 5
"""times that each report is asked for before, alone and by a single dashboard"""

Asked = dict[str, list[float]]
"""report -> seconds that each answer took"""


async def run(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="datalab-bench-") as directory:
        stack = Stack(run=Path(directory), ports=Ports.free(), tied=True, environment=LIMITS)
        try:
            stack.start()
            bench = Bench(stack, arguments.connections, arguments.seconds, window=8)
            configure(bench)
            give_past(stack, bench.app.id, arguments.file)
            await measure(bench, arguments)
            missed = "missed heartbeats" in stack.log("broker").read_text(errors="replace")
            print(f"heart-beats {'were missed' if missed else 'none missed'}")
        finally:
            stack.stop()


def configure(bench: Bench) -> None:
    for part, value in (
        ("funnel", msgspec.to_builtins(histories.FUNNEL)),
        ("buttons", {"buttons": msgspec.to_builtins(histories.BUTTONS)}),
    ):
        answer = bench.app.configure(part, value)
        if answer.is_error:
            raise SystemExit(f"{part}: {answer.text}")


def give_past(stack: Stack, app: str, file: Path) -> None:
    """The file becomes the projection of the app, as if everything in it had been recorded and followed."""
    stack.stop("analysis")
    client: MongoClient[Document] = MongoClient(stack.mongo_uri("analysis"))
    with client:
        position = change_stream.now(client.get_default_database()[FRAMES])
    shutil.copy(file, stack.projection)
    with duckdb.connect(str(stack.projection)) as connection:
        connection.execute("update apps set text = ?", [app])
        connection.execute("update progress set position = ?", [position])
    stack.start("analysis")


class Dashboard:
    """One browser, logged in by itself, that asks for reports of the app."""

    def __init__(self, bench: Bench, period: dict[str, str | int], asked: Asked) -> None:
        self._edge = bench.edge
        self._path = f"{bench.app.path}/reports"
        login = client(bench.edge).post(
            "/api/auth/login", json={"email": bench.app.owner.email, "password": PASSWORD}
        )
        self._headers = (
            f"Host: {urlsplit(bench.edge).netloc}\r\nAccept-Encoding: gzip\r\n"
            f"Authorization: Bearer {login.raise_for_status().json()['access_token']}\r\n\r\n"
        )
        self._period = period
        self._asked = asked

    async def reload(self, later: int = 0) -> None:
        await asyncio.gather(*(self.ask(name, later) for name in REPORTS))

    async def ask(self, name: str, later: int) -> None:
        """`later`: ms by which the period ends later, so that it is another question."""
        period = urlencode({**self._period, "to": int(self._period["to"]) + later})
        begin = time.perf_counter()
        connection = await connect(self._edge)
        request = f"GET {self._path}/{name}?{period} HTTP/1.1\r\n{self._headers}"
        status, body = await asyncio.wait_for(connection.ask(request.encode()), 60)
        self._asked[name].append(time.perf_counter() - begin)
        connection.close()
        if status != "200":
            raise SystemExit(f"{name}: {status} {body!r}")


async def measure(bench: Bench, arguments: argparse.Namespace) -> None:
    period: dict[str, str | int] = {
        "from": histories.BEGIN,
        "to": now() + histories.DAY,
        "tz": "Europe/Berlin",
    }
    asked: Asked = {name: [] for name in REPORTS}
    dashboards = [Dashboard(bench, period, asked) for _ in range(DASHBOARDS)]
    one = dashboards[0]

    async def reload(until: float) -> None:
        while time.perf_counter() < until:
            begin = time.perf_counter()
            await asyncio.gather(*(dashboard.reload() for dashboard in dashboards))
            await asyncio.sleep(max(0, begin + arguments.pause - time.perf_counter()))

    def told() -> dict[str, list[float]]:
        """Of each report the ms it took since the last time, ordered."""
        ordered = {name: sorted(1000 * latency for latency in asked[name]) for name in REPORTS}
        for latencies in asked.values():
            latencies.clear()
        return ordered

    for name in REPORTS:
        for later in range(QUIET):
            await one.ask(name, 1 + later)
    alone = told()
    for later in range(QUIET):
        await one.reload(1 + QUIET + later)
    single = told()
    streams = await bench.streams(load.events(now()))
    accounts = Accounts(bench.stack, PROCESSES)
    await load.paced(streams, arguments.seconds, arguments.rate / load.EVENTS_PER_FRAME)
    undisturbed = _acks(streams)
    await asyncio.gather(
        load.paced(streams, arguments.seconds, arguments.rate / load.EVENTS_PER_FRAME),
        reload(time.perf_counter() + arguments.seconds),
    )
    disturbed = _acks(streams)
    for stream in streams:
        stream.close()
    print(
        f"{'report ms':10} {'alone':>7} {'a dashboard':>12} {'ten, p50':>9} {'ten, p95':>9} {'ratio':>6}   asked"
    )
    for name, ten in told().items():
        quiet, p95 = _middle(single[name]), ten[int(len(ten) * 0.95)]
        print(
            f"{name:10} {_middle(alone[name]):7.0f} {quiet:12.0f} {_middle(ten):9.0f} {p95:9.0f}"
            f" {p95 / quiet:6.1f}   {len(ten)}"
        )
    print(f"ack ms without dashboards {undisturbed}, with them {disturbed}")
    print("memory MB ", {part: round(size / 1e6) for part, size in accounts.memory().items()}, flush=True)


def _middle(ordered: list[float]) -> float:
    return ordered[len(ordered) // 2]


def _acks(streams: list[load.Connection]) -> dict[str, float]:
    """Of the acks since the last time."""
    found = quantiles([latency for stream in streams for latency in stream.latencies])
    for stream in streams:
        stream.latencies.clear()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, required=True, help="as tests.bench.reports --file keeps it")
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--rate", type=float, default=10_000, help="events/s that come in")
    parser.add_argument("--seconds", type=float, default=30, help="with and without dashboards")
    parser.add_argument(
        "--pause", type=float, default=5, help="seconds from one reload to the next, at least"
    )
    uvloop.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
