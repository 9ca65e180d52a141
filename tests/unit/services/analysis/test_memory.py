"""What DuckDB is given of the memory, and what is kept of it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from services.analysis.matching import Matcher
from services.analysis.memory import MemoryInvalid
from services.analysis.projection import Projection
from services.analysis.reading import reading
from services.analysis.reports.campaigns import campaigns
from services.analysis.rows import first
from services.contracts import filters
from services.contracts.analysis.scope import Period, Scope
from services.contracts.frames import Start
from tests.bench.reports import CONFIG, FRESH
from tests.unit.services.analysis.visits import BEGIN, deliver, frame


@pytest.mark.parametrize(
    ("memory", "given"), [("512MB", "244.1 MiB"), ("1GiB", "512.0 MiB"), (" 1.5 gb ", "715.2 MiB")]
)
def test_duckdb_has_half_of_it(file: Path, memory: str, given: str) -> None:
    projection = Projection(file, memory, 1)
    projection.create("nowhere")
    with projection.cursor() as cursor:
        assert first(cursor, "select current_setting('memory_limit')") == (given,)
    projection.close()


@pytest.mark.parametrize("memory", ["", "512", "80%", "a lot"])
def test_what_is_no_size_is_refused_by_name(file: Path, memory: str) -> None:
    with pytest.raises(MemoryInvalid, match=re.escape(f"ANALYSIS_MEMORY: {memory!r} is not a size")):
        Projection(file, memory, 1)


def test_what_a_report_cannot_keep_in_memory_waits_on_the_disk_and_is_not_missing(file: Path) -> None:
    projection = Projection(file, "1GB", 1)
    projection.create("nowhere")
    projection.enter("following")
    starts = [
        frame(
            CONFIG.app,
            f"{n:032x}",
            0,
            [Start(BEGIN + n, f"{n // 2}", False, params={"utm_campaign": f"{n % 50}"})],
        )
        for n in range(100_000)
    ]
    for place in range(0, len(starts), 5_000):
        deliver(projection, starts[place : place + 5_000])
    projection.close()
    answers = []
    for memory in ("1GB", "30MB"):
        projection = Projection(file, memory, 1)
        projection.open()
        scope = Scope(
            period=Period(start=BEGIN, end=BEGIN + 100_000), filters=[filters.parse("browser:", "f")]
        )
        with projection.cursor() as cursor, reading(cursor, Matcher(), scope, CONFIG, FRESH) as on:
            report = campaigns(on)
            row = first(cursor, "select count(*) from duckdb_temporary_files()")
        projection.close()
        assert row is not None
        answers.append((report, row[0] > 0))
    (whole, in_memory), (spilled, on_disk) = answers
    assert (in_memory, on_disk) == (False, True)
    assert spilled == whole
    assert [row.sessions for row in whole.rows if row.sessions] == [2_000] * 50


def test_there_may_be_more_click_ids_than_fit_into_memory(file: Path) -> None:
    projection = Projection(file, "1GB", 1)
    projection.create("nowhere")
    projection.enter("following")
    clicks = 120_000
    starts = [
        frame(
            CONFIG.app,
            f"{n:032x}",
            0,
            [Start(BEGIN + n, f"{n}", False, params={"utm_campaign": f"{n % 50}", "gclid": f"{n:080}"})],
        )
        for n in range(clicks)
    ]
    for place in range(0, len(starts), 5_000):
        deliver(projection, starts[place : place + 5_000])
    projection.close()
    projection = Projection(file, "64MB", 1)
    projection.open()
    scope = Scope(period=Period(start=BEGIN, end=BEGIN + clicks))
    with projection.cursor() as cursor, reading(cursor, Matcher(), scope, CONFIG, FRESH) as on:
        report = campaigns(on)
    projection.close()
    assert [row.sessions for row in report.rows if row.sessions] == [clicks // 50] * 50


COLUMN_AFTER_COLUMN = """
import resource
import numpy as np
from services.analysis.memory import keep_memory

keep_memory()
np.ones(1_000_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    np.ones(1_000_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")
def test_the_memory_of_a_column_is_that_of_the_one_before() -> None:
    faults = subprocess.check_output([sys.executable, "-c", COLUMN_AFTER_COLUMN])
    assert int(faults) < 100, "of 20 times 2,000 pages"
