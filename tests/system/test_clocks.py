"""Events of trackers whose clocks are wrong, and of those that come late."""

import httpx
import msgspec
import pytest
from bson import ObjectId
from pymongo import MongoClient

from services.contracts.frames import Packed, Page, Retimed
from stack.local import Stack
from tests.system.people import App, Tracker, eventually, now, page

pytestmark = pytest.mark.inside

HOUR = 3_600_000
SLACK = 60_000
"""ms that a test may take"""


def retimed(stack: Stack) -> dict[str, float]:
    """Events taken at receive time so far, by reason."""
    name = "datalab_events_retimed_total"
    lines = httpx.get(f"{stack.edge_url}/metrics").text.splitlines()
    found = [line.split() for line in lines if line.startswith(name)]
    return {label.partition('"')[2].rstrip('"}'): float(value) for label, value in found}


def recorded(stack: Stack, app: App) -> list[list[Packed]]:
    """The app's frames of pages, in the order of their numbers."""
    with MongoClient[dict[str, bytes]](stack.admin_uri()) as client:
        kept = client.analysis.frames.find({"app": ObjectId(app.id)}).sort("_id")
        frames = [msgspec.json.decode(frame["events"], type=list[Packed]) for frame in kept]
    return [frame for frame in frames if isinstance(frame[0], Page)]


def test_late_events_stand_at_their_own_time_unbelievable_ones_when_received_and_are_marked(
    stack: Stack, app: App, tracker: Tracker
) -> None:
    before, begin = retimed(stack), now()
    with tracker.stream() as stream:
        stream.acked(page("/late", at=begin - 23 * HOUR))
        stream.acked(
            page("/too-late", at=begin - 25 * HOUR), page("/now", at=begin), page("/ahead", at=begin + HOUR)
        )
    assert eventually(lambda: app.totals()["page_views"] == 4), app.totals()
    (late,), (too_late, on_time, ahead, *marks) = recorded(stack, app)
    assert 0 <= late.at - (begin - 23 * HOUR) < SLACK
    assert begin <= too_late.at == ahead.at < begin + SLACK
    assert on_time.at <= too_late.at
    assert [(mark.at, mark.i) for mark in marks if isinstance(mark, Retimed)] == [
        (too_late.at, 0),
        (too_late.at, 2),
    ]
    own = [mark.own - begin for mark in marks if isinstance(mark, Retimed)]
    assert [round(ms / HOUR) for ms in own] == [-25, 1]
    after = retimed(stack)
    assert {why: after[why] - before.get(why, 0) for why in after} == {"late": 1, "ahead": 1}


def test_a_tracker_whose_clock_is_a_week_off_is_put_right_by_what_hello_saw(
    stack: Stack, app: App, tracker: Tracker
) -> None:
    before, begin, off = retimed(stack), now(), 7 * 24 * HOUR
    ticket = tracker.hello(session_start=now() - off, sent_at=now() - off).json()["ticket"]
    with tracker.stream(ticket) as stream:
        stream.acked(page("/an-hour-ago", at=begin - off - HOUR))
        stream.acked(page("/now", at=now() - off))
    assert eventually(lambda: app.totals()["page_views"] == 2), app.totals()
    (earlier,), (current,) = recorded(stack, app)
    assert abs(earlier.at - (begin - HOUR)) < SLACK
    assert 0 <= current.at - begin < SLACK
    assert retimed(stack) == before
