from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb
import pytest

from services.analysis.matching import Matcher
from services.analysis.projection import Projection
from tests.unit.services.analysis.visits import Visit, deliver, frames, new_app


@pytest.fixture(scope="module")
def projection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Projection]:
    """A file shared by the module's tests, which stay apart by their apps."""
    projection = Projection(tmp_path_factory.mktemp("analysis") / "analysis.duckdb", "256MB", 1)
    projection.create("nowhere")
    projection.enter("following")
    yield projection
    projection.close()


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher()


@pytest.fixture(scope="module")
def connection(projection: Projection) -> Iterator[duckdb.DuckDBPyConnection]:
    with projection.cursor() as cursor:
        yield cursor


@pytest.fixture(scope="module")
def project(projection: Projection) -> Callable[[Sequence[Visit]], int]:
    """Puts visits into a new app and gives its number."""

    def projected(visits: Sequence[Visit]) -> int:
        app = new_app()
        if visits:
            deliver(projection, frames(app, visits))
        return number(projection, app)

    return projected


def number(projection: Projection, app: str) -> int:
    with projection.cursor() as cursor:
        row = cursor.execute("select id from apps where text = ?", [app]).fetchone()
    return row[0] if row else -1


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "analysis.duckdb"
