from collections.abc import Iterator
from pathlib import Path

import pytest

from services.analysis.projection import Projection
from tests.unit.services.analysis.asking import Asking


@pytest.fixture(scope="module")
def projection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Projection]:
    """A file shared by the module's tests, which stay apart by their apps."""
    projection = Projection(tmp_path_factory.mktemp("analysis") / "analysis.duckdb", "256MB", 1)
    projection.create("nowhere")
    projection.enter("following")
    yield projection
    projection.close()


@pytest.fixture(scope="module")
def asking(projection: Projection) -> Asking:
    return Asking(projection)


@pytest.fixture(scope="module")
def small_parts() -> Iterator[None]:
    """Reports are read a few sessions at a time and wait in a file, as otherwise those of large apps alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.analysis.ways.AT_ONCE", 12)
        patch.setattr("services.analysis.ways.SESSIONS_AT_ONCE", 2)
        patch.setattr("services.analysis.grouped.AT_ONCE", 3)
        patch.setattr("services.analysis.reports.intervals.AT_ONCE", 3)
        patch.setattr("services.analysis.spill.IN_MEMORY", 100)
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "analysis.duckdb"
