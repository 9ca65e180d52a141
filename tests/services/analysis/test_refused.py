"""A frame that DuckDB does not take: its neighbours are projected, it is parked, and sent back it is tried again."""

from collections.abc import Callable

import msgspec
import pytest
from bson import Binary
from kombu.connection import Connection
from kombu.entity import Queue

from services.analysis import record
from services.contracts.analysis.refused import FrameRefused
from services.contracts.frames import Frame, Page
from stack import dead_letters
from stack.local import Stack
from tests.services.analysis.conftest import APP, Projected, Publish, Record, Visit
from tests.services.conftest import wait_for

QUEUE = "evt-analysis-refused--analysis.project_again"

Letters = Callable[[], list[dead_letters.DeadLetter]]


@pytest.fixture
def letters(stack: Stack, connection: Connection) -> Letters:
    """Those parked from now on."""
    queue = Queue(dead_letters.QUEUE, durable=True)(connection.default_channel)
    queue.declare()
    queue.purge()

    def listed() -> list[dead_letters.DeadLetter]:
        with dead_letters.opened(stack.amqp_uri()) as channel:
            return [*dead_letters.letters(channel)]

    return listed


def too_deep(visit: Visit, n: int) -> Frame:
    """Scrolled to 300 %: more than its column holds. No edge lets it pass, an error in one might."""
    return visit.frame(n, [Page(1_750_000_000_000, "https://shop.test/", scroll=300)])


def mend(recorded: Record, frame: Frame) -> None:
    key = Binary(record.frame_id(frame.session, frame.n))
    good = msgspec.json.encode([Page(1_750_000_000_000, "https://shop.test/", scroll=30)])
    recorded.collection.update_one({"_id": key}, {"$set": {"events": Binary(good)}})


def test_a_refused_frame_is_parked_its_neighbours_stay_and_mended_it_can_be_sent_back(
    recorder: Stack,
    analysis: Stack,
    publish: Publish,
    recorded: Record,
    projected: Projected,
    visit: Visit,
    letters: Letters,
) -> None:
    projected.everything()
    publish(visit.frames([1, 2]), [visit.frame(3), too_deep(visit, 4), visit.frame(5)], visit.frames([6]))
    (letter,) = wait_for(letters, 30) or []
    told = msgspec.json.decode(letter.body, type=FrameRefused)
    assert (letter.origin, told.key, told.app) == (QUEUE, record.frame_id(visit.id, 4).hex(), APP)
    assert "OverflowError" in letter.error
    assert "300" in told.events
    progress = wait_for(lambda: (found := projected.progress()) and found.events >= 5 and found)
    assert progress

    # Nothing has changed: it comes back, and nobody else is counted twice.
    assert dead_letters.replay(analysis.amqp_uri(), None) == (1, [])
    wait_for(lambda: [letter.error for letter in letters()] == [told.why], 20)
    mend(recorded, too_deep(visit, 4))
    assert dead_letters.replay(analysis.amqp_uri(), None) == (1, [])
    wait_for(lambda: (found := projected.progress()) and found.events == progress.events + 1, 20)
    assert letters() == []
    assert projected.of(visit) == [1, 2, 3, 4, 5, 6]


def test_what_was_refused_while_the_broker_was_away_is_told_when_it_is_back(
    analysis: Stack, recorded: Record, projected: Projected, visit: Visit, letters: Letters, stack: Stack
) -> None:
    projected.everything()
    before = projected.progress()
    assert before is not None
    stack.freeze("broker")
    try:
        recorded.insert([visit.frame(1), too_deep(visit, 2), visit.frame(3)])
        wait_for(lambda: "left out" in analysis.log("analysis").read_text())
        recorded.insert([visit.frame(4)])
        analysis.kill("analysis", stay_down=False)
    finally:
        stack.thaw("broker")
    wait_for(lambda: [letter.origin for letter in letters()] == [QUEUE], 60)
    assert projected.of(visit) == [1, 3, 4]


def test_a_frame_that_a_rebuild_does_not_take_is_parked_and_its_neighbours_stay(
    analysis: Stack, recorded: Record, projected: Projected, visit: Visit, letters: Letters
) -> None:
    analysis.kill("analysis")
    recorded.insert([visit.frame(1), too_deep(visit, 2), visit.frame(3)])
    analysis.projection.unlink()
    analysis.start("analysis")
    wait_for(lambda: (found := projected.progress()) and found.complete, 20)
    key = record.frame_id(visit.id, 2).hex()

    def parked() -> bool:
        return key in {msgspec.json.decode(letter.body, type=FrameRefused).key for letter in letters()}

    wait_for(parked, 30)
    assert projected.of(visit) == [1, 3]
