"""The projector, on a real database: every recorded frame is in DuckDB, once, whatever happens to it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure

from stack.local import Stack
from tests.services.analysis.conftest import Projected, Publish, Record, Visit
from tests.services.conftest import wait_for

POSITION_LOST = 136


def test_frames_told_twice_and_out_of_order_are_projected_once(
    recorder: Stack, analysis: Stack, publish: Publish, recorded: Record, projected: Projected, visit: Visit
) -> None:
    publish(visit.frames([3]), [visit.start(), *visit.frames([2, 3])], visit.frames([1, 2]), [visit.start()])
    wait_for(lambda: recorded.of(visit) == [0, 1, 2, 3])
    projected.everything()
    assert projected.of(visit) == [1, 2, 3]


def test_a_projector_killed_between_batches_goes_on_where_it_was(
    analysis: Stack, recorded: Record, projected: Projected, visit: Visit
) -> None:
    projected.everything()
    for first in range(1, 10_001, 1000):
        recorded.insert(visit.frames(range(first, first + 1000)))
        analysis.kill("analysis", stay_down=False)
    projected.everything()
    assert projected.of(visit) == [*range(1, 10_001)]


def test_a_deleted_file_is_built_again_from_the_record(
    analysis: Stack, recorded: Record, projected: Projected, visit: Visit
) -> None:
    recorded.insert(visit.frames(range(1, 101)))
    projected.everything()
    assert projected.of(visit) == [*range(1, 101)]
    analysis.projection.unlink()
    analysis.start("analysis")
    projected.everything()
    assert projected.of(visit) == [*range(1, 101)]


def test_a_file_deleted_under_a_running_projector_is_built_again(
    analysis: Stack, recorded: Record, projected: Projected, visit: Visit
) -> None:
    recorded.insert(visit.frames(range(1, 101)))
    projected.everything()
    analysis.projection.unlink()
    recorded.insert(visit.frames(range(101, 201)))
    wait_for(analysis.projection.exists, 20)
    projected.everything()
    assert projected.of(visit) == [*range(1, 201)]


def begin_to_rebuild(analysis: Stack) -> None:
    analysis.kill("analysis")
    analysis.projection.unlink()
    analysis.supervisor.start("analysis")


def test_reports_say_that_they_are_not_complete_while_the_file_is_rebuilt(
    analysis: Stack, recorded: Record, projected: Projected, visit: Visit
) -> None:
    recorded.insert(visit.frames([1]))
    projected.everything()
    analysis.kill("analysis")
    analysis.projection.unlink()
    analysis.freeze("database")
    try:
        analysis.supervisor.start("analysis")
        progress = wait_for(projected.progress, 20)
        assert progress is not None
        assert not progress.complete
    finally:
        analysis.thaw("database")
    assert projected.everything().complete


def test_frames_recorded_during_a_rebuild_are_projected_once(
    analysis: Stack, recorded: Record, projected: Projected, visit: Visit
) -> None:
    recorded.insert(visit.frames(range(1, 20_001)))
    begin_to_rebuild(analysis)
    last = 20_000
    while not ((progress := projected.progress()) and progress.complete):
        recorded.insert(visit.frames(range(last + 1, last + 101)))
        last += 100
    assert progress.frames >= 20_000, "complete is what holds all that was recorded before"
    projected.everything()
    assert projected.of(visit) == [*range(1, last + 1)]


def test_what_reads_for_a_rebuild_ends_with_the_projector(
    analysis: Stack, recorded: Record, projected: Projected, visit: Visit
) -> None:
    recorded.insert(visit.frames(range(1, 20_001)))
    begin_to_rebuild(analysis)
    reading = wait_for(lambda: [*children(analysis.pid("analysis"))], 20)
    assert reading
    analysis.freeze("database")
    analysis.kill("analysis")
    analysis.thaw("database")
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in reading), 20)
    analysis.start("analysis")
    projected.everything()
    assert projected.of(visit) == [*range(1, 20_001)]


def children(of: int | None) -> Iterator[int]:
    """Processes that read the record for this one."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            if parent == of and b"services.analysis.scanner" in path.with_name("cmdline").read_bytes():
                yield int(path.parent.name)


def test_a_position_that_has_left_the_oplog_means_a_rebuild(
    analysis: Stack, recorded: Record, projected: Projected, visit: Visit
) -> None:
    recorded.insert(visit.frames([1, 2]))
    projected.everything()
    assert projected.of(visit) == [1, 2]
    recorded.insert(visit.frames([3]))
    fill_the_oplog(recorded.collection.database.client)
    analysis.start("analysis")
    projected.everything()
    assert projected.of(visit) == [1, 2, 3]
    assert "may no longer be in the oplog" in analysis.log("analysis").read_text()


def fill_the_oplog(client: MongoClient[dict[str, Any]]) -> None:
    """Until what is in it now has made way."""
    oplog, elsewhere = client.local["oplog.rs"], client.elsewhere.large
    [last] = oplog.find().sort("$natural", -1).limit(1)

    def oldest() -> Any:  # the server's own document
        try:
            return next(oplog.find().sort("$natural", 1).limit(1))
        except OperationFailure as failure:
            if failure.code != POSITION_LOST:
                raise
            return None  # it was made way for in this moment

    while not (first := oldest()) or first["ts"] <= last["ts"]:
        elsewhere.insert_one({"_id": 1, "large": bytes(15_000_000)})
        elsewhere.delete_one({"_id": 1})
