"""How fast the projection is filled and the reports are answered: `python -m tests.bench.reports`.

The floor of a report is its own SQL, run bare in DuckDB on the same file; the floor of the load is not measured yet.
"""

import argparse
import itertools
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import duckdb
import msgspec

from services.analysis import record
from services.analysis.buttons import button_reports
from services.analysis.funnel import funnel_stages
from services.analysis.matching import Matcher
from services.analysis.overview import overview
from services.analysis.projection import Projection
from services.contracts.analysis import Period
from tests.bench import histories

FRAMES_AT_ONCE = 4_000
MEMORY, THREADS = "512MB", 2
RUNS = 5


class ReportFigures(msgspec.Struct, kw_only=True):
    name: str
    events: int
    first_ms: float
    """after the file was opened anew"""
    median_ms: float
    bare_ms: float
    """median of the same SQL alone"""


class Recording:
    """A connection that remembers what it was asked."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.asked: list[tuple[str, Any]] = []  # Any: parameters of any form

    def execute(self, sql: str, parameters: Any = ()) -> duckdb.DuckDBPyConnection:
        self.asked.append((sql, parameters))
        return self._connection.execute(sql, parameters)

    def unregister(self, name: str) -> None:
        """Kept: the bare SQL reads it too."""

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


def measure(file: Path, events: int, shape: histories.Shape) -> list[ReportFigures]:
    period = Period(
        start=histories.BEGIN, end=histories.BEGIN + (shape.days + 1) * histories.DAY, tz="Europe/Berlin"
    )
    reports: dict[str, Callable[[duckdb.DuckDBPyConnection, int, Matcher], object]] = {
        "overview": lambda connection, app, _: overview(connection, app, period, None),
        "funnel": lambda connection, app, matcher: funnel_stages(
            connection, matcher, app, period, histories.FUNNEL
        ),
        "buttons": lambda connection, app, matcher: button_reports(
            connection, matcher, app, period, histories.BUTTONS
        ),
    }
    found = []
    for name, report in reports.items():
        projection = Projection(file, MEMORY, THREADS)
        projection.open()
        with projection.cursor() as cursor:
            row = cursor.execute("select id from apps where text = ?", [histories.APP]).fetchone()
            assert row is not None
            recording = Recording(cursor)
            connection, matcher = cast(duckdb.DuckDBPyConnection, recording), Matcher()
            first = seconds(lambda: report(connection, row[0], matcher))  # noqa: B023
            recording.asked.clear()
            again = sorted(seconds(lambda: report(connection, row[0], matcher)) for _ in range(RUNS))  # noqa: B023
            asked = recording.asked[: len(recording.asked) // RUNS]
            bare = sorted(
                seconds(lambda: [cursor.execute(sql, values).fetchall() for sql, values in asked])  # noqa: B023
                for _ in range(RUNS)
            )
        projection.close()
        milliseconds = (round(value * 1000, 1) for value in (first, again[RUNS // 2], bare[RUNS // 2]))
        found.append(
            ReportFigures(
                name=name,
                events=events,
                **dict(zip(("first_ms", "median_ms", "bare_ms"), milliseconds, strict=True)),
            )
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    arguments = parser.parse_args()
    shape = histories.Shape(events=arguments.events)
    with tempfile.TemporaryDirectory(prefix="datalab-bench-") as directory:
        file = Path(directory) / "analysis.duckdb"
        events, spent = load(file, shape)
        size = file.stat().st_size
        print(
            f"\nprojected {events:,} events at {events / spent:,.0f} events/s, {size / events:.1f} bytes an event",
            flush=True,
        )
        print("report      first ms   median ms   bare SQL ms   ratio")
        for figures in measure(file, events, shape):
            ratio = figures.median_ms / figures.bare_ms
            times = f"{figures.first_ms:9.1f} {figures.median_ms:11.1f} {figures.bare_ms:13.1f}"
            print(f"{figures.name:10} {times} {ratio:7.2f}")


if __name__ == "__main__":
    main()
