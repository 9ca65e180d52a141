"""Sessions of an import, in a block and as they were told before there were blocks (in a frame each that begins them),
through recorder and projector: erased, too old, and built again from the record."""

from collections.abc import Callable

import duckdb
import msgspec
import pytest
from bson import ObjectId
from pymongo import MongoClient

from services.analysis import blocks, record, removals
from services.contracts.frames import Block, Frame, Left, Packed, Page, Start
from services.hosting import clock
from stack.local import Stack
from tests.services.analysis.conftest import Projected, Publish, Record, Visit
from tests.services.conftest import wait_for
from tests.unit.services.blocks import told

DAY = 86_400_000


@pytest.fixture
def app() -> str:
    return str(ObjectId())


def imported(app: str, visitor: str, at: int, as_block: bool) -> Frame | Block:
    """Two pages and the end."""
    events: list[Packed] = [
        Start(at, visitor, False),
        Page(at, f"https://a.example/of-{visitor}"),
        Page(at + 5, "https://a.example/"),
        Left(at + 9),
    ]
    if as_block:
        return told({bytes.fromhex(Visit().id): events}, app=app, source=Visit().id)
    return Frame(app, Visit().id, 1, at, msgspec.Raw(msgspec.json.encode(events)), visitor)


Began = Callable[[str], list[int]]


@pytest.fixture
def began(analysis: Stack, projected: Projected) -> Began:
    """When the app's sessions began that the projection holds. Stops the projector."""

    def sessions(app: str) -> list[int]:
        analysis.stop("analysis")
        with duckdb.connect(str(analysis.projection), read_only=True) as connection:
            rows = connection.execute(
                """
                select started, count(*) from sessions join page_views using (session)
                join apps on apps.id = sessions.app where text = ? group by session, started order by all
                """,
                [app],
            ).fetchall()
        assert {pages for _, pages in rows} <= {2}
        return [started for started, _ in rows]

    return sessions


@pytest.mark.parametrize("as_blocks", [True, False])
def test_they_go_when_they_are_erased_or_too_old_and_a_rebuild_does_not_bring_them_back(
    recorder: Stack,
    analysis: Stack,
    publish: Publish,
    recorded: Record,
    projected: Projected,
    app: str,
    began: Began,
    as_blocks: bool,
) -> None:
    now = clock.now()
    old, recent = now - 40 * DAY, now - DAY
    frames = [imported(app, visitor, at, as_blocks) for visitor in ("ada", "bob") for at in (old, recent)]
    publish(frames, frames)
    of_app = {"app": ObjectId(app)}
    wait_for(lambda: recorded.collection.count_documents(of_app) == 4, 30)
    projected.everything(60)
    assert began(app) == [old, old, recent, recent]

    analysis.start("analysis")
    with MongoClient[record.Document](analysis.mongo_uri("analysis"), tz_aware=True) as client:
        database = client.get_default_database()
        assert removals.remove_visitor(database, ObjectId(app), "ada", now) == 2
        removals.move_horizon(database, ObjectId(app), now - 30 * DAY)
        removals.delete_before(database, ObjectId(app), now - 30 * DAY)
    (left,) = recorded.collection.find(of_app)
    if as_blocks:
        assert [start.visitor for _, start in blocks.content(left).begun()] == ["bob"]
    else:
        assert left["visitor"] == "bob"
    projected.everything(60)
    publish(frames[:1])
    assert began(app) == [recent]
    analysis.projection.unlink()
    analysis.start("analysis")
    projected.everything(60)
    assert began(app) == [recent]
