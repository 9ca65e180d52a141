"""The recorder, on a real broker and a real database: every frame is written, once."""

import os
import signal
import sys

from eventlet.green import subprocess
from kombu.connection import Connection
from kombu.entity import Queue

from stack.local import Stack
from stack.local.programs import ROOT
from tests.services.analysis.conftest import Publish, Record, Visit
from tests.services.conftest import wait_for


def test_frames_told_twice_and_out_of_order_are_recorded_once(
    recorder: Stack, publish: Publish, recorded: Record, visit: Visit
) -> None:
    publish(visit.frames([5, 3]), visit.frames([4, 5]), visit.frames([1]), visit.frames([2, 1, 5]))
    wait_for(lambda: recorded.of(visit) == [1, 2, 3, 4, 5])
    publish(visit.frames([6]))
    wait_for(lambda: recorded.of(visit) == [1, 2, 3, 4, 5, 6])


def test_the_first_of_two_frames_with_one_number_is_kept(
    recorder: Stack, publish: Publish, recorded: Record, visit: Visit
) -> None:
    first, second = visit.frame(1), visit.frame(1)
    second.received = first.received + 1
    publish([first])
    wait_for(lambda: recorded.of(visit) == [1])
    publish([second], visit.frames([2]))
    wait_for(lambda: recorded.of(visit) == [1, 2])
    (kept,) = recorded.collection.find({"received": {"$in": [first.received, second.received]}}).limit(1)
    assert kept["received"] == first.received


def test_frames_told_while_no_recorder_runs_are_recorded_later(
    recorder: Stack, publish: Publish, recorded: Record, visit: Visit
) -> None:
    recorder.kill("recorder")
    publish(*([frame] for frame in visit.frames(range(1, 101))))
    recorder.start("recorder")
    wait_for(lambda: recorded.of(visit) == [*range(1, 101)])


def test_frames_wait_while_the_database_is_away(
    recorder: Stack, publish: Publish, recorded: Record, visit: Visit
) -> None:
    recorder.kill("database")
    try:
        publish(*([frame] for frame in visit.frames(range(1, 101))))
    finally:
        recorder.start("database")
    wait_for(lambda: recorded.of(visit) == [*range(1, 101)], seconds=20)


DYING = """
import os, signal
import services.__main__
from services.analysis.recorder import Recorder, Writer

write = Writer.write

def write_and_die(writer, frames):
    write(writer, frames)
    os.kill(os.getpid(), signal.SIGKILL)

Writer.write = write_and_die
services.__main__.main()
"""


def test_a_recorder_that_dies_between_write_and_ack_leaves_its_frames_recorded_and_none_waiting(
    recorder: Stack, publish: Publish, recorded: Record, visit: Visit, connection: Connection
) -> None:
    recorder.stop("recorder")
    environment = {**os.environ, **recorder.environment("recorder")}
    publish(visit.frames([1, 2]), visit.frames([3]))
    for _ in range(2):  # the broker gives the messages again to the second, which dies of them too
        with subprocess.Popen([sys.executable, "-c", DYING, "recorder"], cwd=ROOT, env=environment) as dying:
            assert dying.wait(20) == -signal.SIGKILL
    assert set(recorded.of(visit)) <= {1, 2, 3}
    assert recorded.of(visit)
    recorder.start("recorder")
    wait_for(lambda: recorded.of(visit) == [1, 2, 3])
    queue = Queue("evt-edge-frames--recorder.record")(connection.default_channel)
    recorder.stop("recorder")
    assert queue.queue_declare(passive=True).message_count == 0
