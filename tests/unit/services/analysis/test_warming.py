"""What is in memory before the first report."""

from pathlib import Path

import pytest

from services.analysis.projection import Projection
from services.analysis.rows import first
from services.analysis.warming import since
from services.contracts.frames import Page
from tests.unit.services.analysis.visits import BEGIN, deliver, frames, new_app, visit

VISITS = 500


@pytest.fixture
def written(file: Path) -> Path:
    """A file of a projection that was closed."""
    projection = Projection(file, "256MB", 1)
    projection.create("nowhere")
    projection.enter("following")
    pages = [Page(BEGIN + i, f"https://a.example/{i}") for i in range(20)]
    deliver(projection, frames(new_app(), [visit(f"v{number}", *pages) for number in range(VISITS)]))
    projection.close()
    return file


def held(projection: Projection) -> int:
    """Bytes of the file that DuckDB has in memory."""
    with projection.cursor() as cursor:
        row = first(cursor, "select memory_usage_bytes from duckdb_memory() where tag = 'BASE_TABLE'")
    return row[0] if row else 0


def test_what_reports_read_is_in_memory_before_the_first(written: Path) -> None:
    projection = Projection(written, "256MB", 1)
    projection.open()
    before = held(projection)
    projection.warm()
    after = held(projection)
    with projection.cursor() as cursor:
        cursor.execute("select sum(session), sum(time), sum(n), sum(i), sum(page) from page_views").fetchall()
    assert before < after == held(projection)
    projection.close()


def test_of_a_file_that_does_not_fit_the_latest_is_read(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    projection = Projection(written, "256MB", 1)
    projection.open()
    size = written.stat().st_size
    with projection.cursor() as cursor:
        assert since(cursor) == 0
        monkeypatch.setattr("services.analysis.warming.SHARE", size / 128e6 / 4)
        assert VISITS * 0.7 < since(cursor) < VISITS * 0.8
    projection.close()
