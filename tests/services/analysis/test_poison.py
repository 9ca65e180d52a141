"""What can never be recorded is parked, holds up nobody, and can be looked at and sent back."""

from collections.abc import Callable

import msgspec
import pytest
from kombu.connection import Connection
from kombu.entity import Exchange, Queue

from services.contracts.frames import Blocks, Frame, Frames, Start
from services.hosting.wire import encode
from stack import dead_letters
from stack.local import Stack
from tests.services.analysis.conftest import APP, Publish, Record, Visit
from tests.services.conftest import wait_for
from tests.unit.services.blocks import told

QUEUE = "evt-edge-frames--recorder.record"


@pytest.fixture(autouse=True)
def no_letters(connection: Connection) -> None:
    queue = Queue(dead_letters.QUEUE, durable=True)(connection.default_channel)
    queue.declare()
    queue.purge()


@pytest.fixture
def listed(stack: Stack) -> Callable[[], list[dead_letters.DeadLetter]]:
    def letters() -> list[dead_letters.DeadLetter]:
        with dead_letters.opened(stack.amqp_uri()) as channel:
            return [*dead_letters.letters(channel)]

    return letters


Listed = Callable[[], list[dead_letters.DeadLetter]]


def once(listed: Listed, count: int) -> list[dead_letters.DeadLetter]:
    """All that are parked, when there are so many; looking hides them from who looks at the same time."""
    wait_for(lambda: len(listed()) == count)
    return wait_for(lambda: listed() or None) or []


def too_large(visit: Visit) -> Frame:
    """The visitor is kept twice: more than MongoDB's 16 MB."""
    return Frame(APP, visit.id, 0, 1, msgspec.Raw(msgspec.json.encode([Start(1, "v" * 9_000_000, False)])))


def test_a_frame_that_can_never_be_recorded_is_parked_and_its_neighbours_are_recorded(
    recorder: Stack, publish: Publish, recorded: Record, visit: Visit, listed: Listed
) -> None:
    good = visit.frames([1, 2, 3, 4])
    no_session = Frame(APP, "not hexadecimal", 1, 1, good[0].events)
    no_time = Frame(APP, visit.id, 9, 2**63, good[0].events)
    publish([good[0], no_session, good[1], too_large(visit), good[2], no_time, good[3]])
    wait_for(lambda: recorded.of(visit) == [1, 2, 3, 4], 20)
    letters = once(listed, 3)
    parked = [msgspec.json.decode(letter.body, type=Frames).frames for letter in letters]
    assert [[(frame.session, frame.n) for frame in frames] for frames in parked] == [
        [("not hexadecimal", 1)],
        [(visit.id, 0)],
        [(visit.id, 9)],
    ]
    assert {letter.origin for letter in letters} == {QUEUE}
    for letter, why in zip(
        letters, ("is not 32 hex digits|non-hexadecimal", "TooLarge", "8-byte"), strict=True
    ):
        assert any(word in letter.error for word in why.split("|")), letter.error


def test_a_block_that_is_none_is_parked_and_its_neighbour_is_recorded(
    recorder: Stack, publish: Publish, recorded: Record, listed: Listed
) -> None:
    good = told({bytes.fromhex(Visit().id): [Start(1, "v", False)]}, source=Visit().id)
    publish([msgspec.structs.replace(good, n=2, content=b"nonsense"), good])
    import_ = bytes.fromhex(good.source)
    within = {"_id": {"$gte": import_ + bytes(8), "$lte": import_ + b"\xff" * 8}}
    wait_for(lambda: recorded.collection.count_documents(within) == 1, 20)
    (letter,) = once(listed, 1)
    (parked,) = msgspec.json.decode(letter.body, type=Blocks).blocks
    assert (parked.n, letter.origin) == (2, "evt-edge-blocks--recorder.record_blocks")
    assert letter.error.startswith(f"block 2 of {good.source}")


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\x00", b'{"frames": 1}', b'{"frames": [["a", "b", "c", 1, []]]}']
)
def test_what_is_no_frames_is_parked_and_the_next_is_recorded(
    recorder: Stack,
    publish: Publish,
    recorded: Record,
    visit: Visit,
    listed: Listed,
    connection: Connection,
    body: bytes,
) -> None:
    exchange = Exchange("edge.events", type="topic", durable=True)
    connection.Producer(exchange=exchange).publish(
        body, routing_key="frames", content_type="application/json", content_encoding="utf-8"
    )
    publish(visit.frames([1]))
    wait_for(lambda: recorded.of(visit) == [1])
    (letter,) = once(listed, 1)
    assert (letter.body, letter.origin) == (body, QUEUE)


def park(connection: Connection, *frames: Frame, queue: str = QUEUE) -> None:
    for frame in frames:
        connection.Producer().publish(
            encode(Frames(frames=[frame])),
            exchange="",
            routing_key=dead_letters.QUEUE,
            content_type="application/json",
            content_encoding="utf-8",
            headers={dead_letters.QUEUE_HEADER: queue, dead_letters.ERROR_HEADER: f"why {frame.n}"},
        )


def test_looking_takes_nothing_away_and_keeps_the_order(
    connection: Connection,
    visit: Visit,
    listed: Listed,
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    park(connection, *visit.frames(range(1, 21)))
    first = once(listed, 20)
    assert [letter.error for letter in first] == [f"why {n}" for n in range(1, 21)]
    monkeypatch.setenv("AMQP_URI", stack.amqp_uri())
    assert dead_letters.run(["show", "3"]) == 0
    assert f'"{visit.id}"' in capsys.readouterr().out
    assert dead_letters.run([]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 20
    again = once(listed, 20)
    assert [letter.body for letter in again] == [letter.body for letter in first]


def test_what_is_sent_back_is_recorded_and_gone_and_the_rest_stays_in_order(
    recorder: Stack, connection: Connection, recorded: Record, visit: Visit, listed: Listed
) -> None:
    park(connection, *visit.frames(range(1, 7)))
    wait_for(lambda: len(listed()) == 6)
    assert dead_letters.replay(recorder.amqp_uri(), {2, 5, 99}) == (2, ["there is no 99"])
    wait_for(lambda: recorded.of(visit) == [2, 5])
    left = once(listed, 4)
    assert [letter.error for letter in left] == ["why 1", "why 3", "why 4", "why 6"]
    assert dead_letters.replay(recorder.amqp_uri(), None) == (4, [])
    wait_for(lambda: recorded.of(visit) == [1, 2, 3, 4, 5, 6])
    assert listed() == []


def test_what_has_no_queue_to_go_back_to_stays(
    connection: Connection, visit: Visit, listed: Listed, stack: Stack
) -> None:
    park(connection, visit.frame(1), queue="evt-nobody-nothing--gone.gone")
    park(connection, visit.frame(2), queue="")
    wait_for(lambda: len(listed()) == 2)
    assert dead_letters.replay(stack.amqp_uri(), None) == (
        0,
        ["1: there is no queue evt-nobody-nothing--gone.gone", "2 does not say which queue it came from"],
    )
    assert len(once(listed, 2)) == 2
