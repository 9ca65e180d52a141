"""When more comes in than can be stored: trackers are slowed down and turned away, and nothing is lost."""

import json
import os
import signal
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed

from stack.local import Ports, Stack
from tests.system.people import Owner, Stream, Tracker, eventually, page

pytestmark = pytest.mark.inside

UNCONFIRMED, QUEUE_BYTES = 100, 200_000
LIMITS = {
    "UNCONFIRMED_FRAMES": str(UNCONFIRMED),
    "PATIENCE_SECONDS": "1",
    "FRAMES_PER_SECOND": "100000",
    "BATCH_FRAMES": "20",
}
FRAME = [page(f"/{number}/" + "x" * 100) for number in range(20)]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(
        run=tmp_path_factory.mktemp("overload"), ports=Ports.free(), tied=True, environment=LIMITS
    )
    running.start()
    bound = json.dumps({"max-length-bytes": QUEUE_BYTES, "overflow": "reject-publish"})
    running.broker.control(
        "set_policy", "--priority", "9", "--apply-to", "queues", "small", "^evt-edge-frames--", bound
    )
    yield running
    running.stop()


def send_until_closed(stream: Stream, unacked: list[int]) -> ConnectionClosed:
    """As a tracker does, ten frames on the wire at most; what closed the stream."""
    try:
        while True:
            while len(unacked) < 10:
                unacked.append(stream.frame(*FRAME))
            unacked.remove(stream.heard(20)["ack"])
    except ConnectionClosed as closed:
        return closed


def test_who_sends_more_than_can_be_stored_is_turned_away_and_loses_nothing(stack: Stack) -> None:
    app = Owner(stack.edge_url).app()
    trackers = [Tracker(stack.edge_url, app.token) for _ in range(2 * UNCONFIRMED // 10)]
    recorder = stack.pid("recorder")
    assert recorder is not None
    os.kill(recorder, signal.SIGSTOP)
    try:
        sent = 0
        held: list[tuple[Tracker, list[int]]] = []
        full = False
        for tracker in trackers:
            hello = tracker.hello()
            if hello.status_code == 503:
                full = True
                assert int(hello.headers["retry-after"]) >= 1
                assert hello.json()["type"] == "/problems/overloaded"
                break
            unacked: list[int] = []
            with tracker.stream(hello.json()["ticket"]) as stream:
                closed = send_until_closed(stream, unacked)
                sent = sent + next(stream._numbers) - 1
            assert closed.rcvd is not None
            assert closed.rcvd.code == 1013
            assert "again in 5 s" in closed.rcvd.reason
            held.append((tracker, unacked))
        assert full, "hello never refused"
        assert held, "nobody was turned away"
    finally:
        os.kill(recorder, signal.SIGCONT)
    assert eventually(lambda: trackers[-1].hello().status_code == 200, 20), "hello is refused for ever"
    for tracker, unacked in held:
        of = tracker.session  # a new hello begins another session, and these are not its frames
        with tracker.stream() as stream:
            for n in unacked:
                stream.say({"n": n, "events": FRAME, "session": of})
            assert sorted(stream.heard()["ack"] for _ in unacked) == sorted(unacked)
    events = sent * len(FRAME)
    assert eventually(lambda: app.totals()["events"] == events, 20), f"{app.totals()['events']} of {events}"
