"""How fast the projection is filled and the reports are answered: `python -m tests.bench.reports`.

The floor of a report is its own SQL, run bare in DuckDB on the same file; the floor of the load is not measured yet.
"""

import argparse
import itertools
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, cast

import duckdb
import msgspec

from services.analysis import record
from services.analysis.matching import Matcher
from services.analysis.memory import keep_memory
from services.analysis.projection import Projection
from services.analysis.reading import Reading, reading
from services.analysis.reports.audience import audience
from services.analysis.reports.buttons import buttons
from services.analysis.reports.campaigns import campaigns
from services.analysis.reports.dropped import dropped
from services.analysis.reports.funnel import funnel
from services.analysis.reports.heatmap import heatmap
from services.analysis.reports.journey import journey
from services.analysis.reports.overview import overview
from services.analysis.reports.pages import pages
from services.analysis.reports.retention import retention
from services.analysis.reports.sessions import sessions
from services.contracts import filters
from services.contracts.analysis.report import Freshness, Report
from services.contracts.analysis.scope import Period, Scope
from services.contracts.config import AppConfig
from tests.bench import crosschecks, histories
from tests.bench.bare import plain
from tests.bench.larger import larger
from tests.bench.processes import peak

FRAMES_AT_ONCE = 4_000
MEMORY, THREADS = "512MB", 2
RUNS = 7
IDLE = 1.0
"""seconds from the start to the first call: DuckDB's threads are idle by then, and gave back what they could spare"""

REPORTS: dict[str, Callable[[Reading], Report]] = {
    "overview": overview,
    "overview, filtered": overview,
    "pages": pages,
    "audience": audience,
    "sessions": sessions,
    "retention": retention,
    "funnel": funnel,
    "funnel, by campaign": lambda on: funnel(on, by="campaign"),
    "funnel, any order": lambda on: funnel(on, msgspec.structs.replace(on.config.funnel, order="any")),
    "funnel, strict": lambda on: funnel(on, msgspec.structs.replace(on.config.funnel, order="strict")),
    "funnel, dropped": lambda on: dropped(on, 1),
    "journey": journey,
    "campaigns": campaigns,
    "buttons": buttons,
    "buttons, by browser": lambda on: buttons(on, "browser"),
    "heatmap, clicks": lambda on: heatmap(on, "/"),
    "heatmap, moves": lambda on: heatmap(on, "/", "move"),
    "heatmap, scroll": lambda on: heatmap(on, "/", "scroll"),
}
BARE = {
    name: name.removesuffix(", filtered")
    for name in (
        "overview",
        "overview, filtered",
        "audience",
        "retention",
        "pages",
        "funnel",
        "journey",
        "buttons",
        "buttons, by browser",
    )
}
"""reports that are a pass over columns: the same question as plain SQL, of bare/*.sql"""
FILTERS = ["browser:Chrome|Safari", "page:/products/*"]
CONFIG = AppConfig(
    app=histories.APP,
    version=1,
    funnel=histories.FUNNEL,
    buttons=histories.BUTTONS,
    campaigns=histories.CAMPAIGNS,
)
FRESH = Freshness(as_of=0, complete=True)


class ReportFigures(msgspec.Struct, kw_only=True):
    name: str
    events: int
    first_ms: float
    """after the file was opened anew"""
    first_cpu_ms: float
    """of all threads: what a busy machine tells the truth about"""
    median_ms: float
    bare_ms: float
    """median of the same SQL alone"""


Again = Callable[[duckdb.DuckDBPyConnection], object]


class Recording:
    """A connection that remembers what it was asked."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.asked: list[Again] = []
        self.given: list[Again] = []
        """what of it made tables"""

    def execute(self, sql: str, parameters: Any = ()) -> duckdb.DuckDBPyConnection:  # Any: of any form
        self._remember(lambda connection: connection.execute(sql, parameters).fetchall(), "create" in sql)
        return self._connection.execute(sql, parameters)

    def register(self, name: str, columns: Any) -> None:  # Any: columns of any type
        self._remember(lambda connection: connection.register(name, columns), True)
        self._connection.register(name, columns)

    def _remember(self, again: Again, gives: bool) -> None:
        self.asked.append(again)
        if gives:
            self.given.append(again)

    def __getattr__(self, name: str) -> Any:  # Any: whatever else a connection can do
        return getattr(self._connection, name)


def load(file: Path, shape: histories.Shape) -> tuple[int, float]:
    """Fill a file; events of trackers in it and seconds of projecting."""
    projection = Projection(file, MEMORY, THREADS)
    projection.create("nowhere")
    projection.enter("following")
    spent, events = 0.0, 0
    source = histories.frames(shape)
    while batch := list(itertools.islice(source, FRAMES_AT_ONCE)):
        documents = [record.document(frame) for frame in batch]
        begin = time.perf_counter()
        events = projection.apply(documents, "nowhere").standing.events
        spent += time.perf_counter() - begin
    projection.close()
    return events, spent


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def measure(file: Path, events: int, shape: histories.Shape) -> Iterator[ReportFigures]:
    """Each report as it is measured; at the end the numbers are checked against each other."""
    for name, report in REPORTS.items():
        scope = about(name, shape)
        projection = Projection(file, MEMORY, THREADS)
        projection.open()
        projection.warm()
        with projection.cursor() as cursor:
            recording, matcher = Recording(cursor), Matcher()

            def answer() -> None:
                recording.asked.clear()  # noqa: B023
                recording.given.clear()  # noqa: B023
                with reading(cursor, matcher, scope, CONFIG, FRESH) as on:  # noqa: B023
                    on.connection = cast(duckdb.DuckDBPyConnection, recording)  # noqa: B023
                    report(on)  # noqa: B023

            def bare() -> None:
                # With the choice of sessions, which is SQL too.
                with reading(cursor, matcher, scope, CONFIG, FRESH) as on:  # noqa: B023
                    for again in recording.given if name in BARE else recording.asked:  # noqa: B023
                        again(cursor)
                    if name in BARE:  # noqa: B023
                        cursor.execute(*plain(on, BARE[name])).fetchall()  # noqa: B023

            time.sleep(IDLE)
            used = time.process_time()
            first = seconds(answer)
            used = time.process_time() - used
            # In turn, since a machine's speed changes within seconds.
            pairs = [(seconds(answer), seconds(bare)) for _ in range(RUNS)]
        projection.close()
        told = (first, used, *map(statistics.median, zip(*pairs, strict=True)))
        milliseconds = (round(value * 1000, 1) for value in told)
        yield ReportFigures(
            name=name,
            events=events,
            **dict(zip(("first_ms", "first_cpu_ms", "median_ms", "bare_ms"), milliseconds, strict=True)),
        )
    projection = Projection(file, MEMORY, THREADS)
    projection.open()
    with (
        projection.cursor() as cursor,
        reading(cursor, Matcher(), about("all", shape), CONFIG, FRESH) as on,
    ):
        crosschecks.check(on)
    projection.close()


def about(name: str, shape: histories.Shape) -> Scope:
    period = Period(
        start=histories.BEGIN, end=histories.BEGIN + (shape.days + 1) * histories.DAY, tz="Europe/Berlin"
    )
    chosen = FILTERS if "filtered" in name else []
    return Scope(period=period, filters=[filters.parse(text, "f") for text in chosen])


def ask(projection: Projection, matcher: Matcher, name: str, shape: histories.Shape) -> None:
    with (
        projection.cursor() as cursor,
        reading(cursor, matcher, about(name, shape), CONFIG, FRESH) as on,
    ):
        REPORTS[name](on)


def memory(file: Path, shape: histories.Shape) -> int:
    """MB that a process takes at most that is asked each report once, as a service is."""
    keep_memory()
    projection, matcher = Projection(file, MEMORY, THREADS), Matcher()
    projection.open()
    projection.warm()
    for name in REPORTS:
        ask(projection, matcher, name, shape)
    projection.close()
    return peak(os.getpid()) // 1_000_000


def alone(file: Path, shape: histories.Shape, name: str) -> tuple[float, float, int]:
    """ms and CPU ms that the first call of a report takes in a process of its own, and MB that this takes at most."""
    keep_memory()
    projection = Projection(file, MEMORY, THREADS)
    projection.open()
    projection.warm()
    time.sleep(IDLE)
    used, begin = time.process_time(), time.perf_counter()
    ask(projection, Matcher(), name, shape)
    took = (time.perf_counter() - begin) * 1000, (time.process_time() - used) * 1000
    projection.close()
    return *took, peak(os.getpid()) // 1_000_000


def tell_larger(file: Path, times: int, shape: histories.Shape, apart: ProcessPoolExecutor) -> None:
    """The first calls alone: plain SQL has not the memory for so much."""
    into = file.with_name(f"{file.name}.{times}")
    if not into.exists():
        part = into.with_name(f"{into.name}.part")
        larger(file, part, times)
        part.rename(into)
    print(f"\n{times} times over   first ms   CPU ms     MB")
    for name in REPORTS:
        ms, used, most = apart.submit(alone, into, shape, name).result()
        print(f"{name:19} {ms:9.0f} {used:8.0f} {most:6}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--file", type=Path, help="keep the projection here, and take it from here again")
    parser.add_argument(
        "--times", type=int, default=1, help="the first calls on FILE so many times over, kept as FILE.TIMES"
    )
    arguments = parser.parse_args()
    if arguments.times > 1 and not arguments.file:
        parser.error("--times needs a --file")
    keep_memory()
    shape = histories.Shape(events=arguments.events)
    with tempfile.TemporaryDirectory(prefix="datalab-bench-") as directory:
        file = arguments.file or Path(directory) / "analysis.duckdb"
        apart = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1)
        if not file.exists():
            events, spent = apart.submit(load, file, shape).result()
            print(f"\nprojected {events:,} events at {events / spent:,.0f} events/s", flush=True)
        if arguments.times > 1:
            tell_larger(file, arguments.times, shape, apart)
            return
        projection = Projection(file, MEMORY, THREADS)
        events = projection.open().events
        projection.close()
        print(f"{file.stat().st_size / events:.1f} bytes an event", flush=True)
        print("report               first ms   CPU ms   median ms   bare SQL ms   ratio")
        for figures in measure(file, events, shape):
            ratio = figures.median_ms / figures.bare_ms
            first = f"{figures.first_ms:9.1f} {figures.first_cpu_ms:8.1f}"
            times = f"{first} {figures.median_ms:11.1f} {figures.bare_ms:13.1f}"
            print(f"{figures.name:19} {times} {ratio:7.2f}", flush=True)
        asked = apart.submit(memory, file, shape).result()
        print(f"at most {asked} MB in a process that is asked them one after another")
        apart.shutdown()


if __name__ == "__main__":
    main()
