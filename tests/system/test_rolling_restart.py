"""Every process is replaced by a new one under load, as an update does it, and no tracker is told of an error."""

import asyncio
import random
import threading

import httpx
import pytest

from stack.local import Stack
from stack.local.stack import SERVICES
from tests.chaos.ledger import Ledger
from tests.chaos.tracker import Tracker as Load
from tests.system.people import App, Tracker, eventually, page

pytestmark = pytest.mark.inside


async def roll(stack: Stack, app: App, ledger: Ledger) -> None:
    trackers = [Load(stack.edge_url, app.token, ledger, random.Random(number), 0.1) for number in range(10)]
    running = [asyncio.create_task(tracker.run()) for tracker in trackers]
    for name in ("edge", *SERVICES, "edge"):
        acked = len(ledger.acked)
        async with asyncio.timeout(30):
            while len(ledger.acked) < acked + 100:  # noqa: ASYNC110  the load goes on
                await asyncio.sleep(0.01)
        await asyncio.to_thread(stack.restart, name)
    for tracker in trackers:
        tracker.finish()
    await asyncio.wait_for(asyncio.gather(*running), 30)
    for tracker in trackers:
        await tracker.close()


def test_no_tracker_is_told_of_an_error_while_everything_is_restarted(stack: Stack, app: App) -> None:
    ledger = Ledger()
    asyncio.run(roll(stack, app, ledger))
    assert ledger.refused == []
    assert set(ledger.closed) <= {1000, 1012}
    assert ledger.closed[1012] >= 10
    assert set(ledger.answers) <= {200, 202}
    assert ledger.acked == ledger.sent
    assert eventually(lambda: app.totals()["events"] == len(ledger.acked), 20), app.totals()
    assert eventually(lambda: app.totals()["events"]) == len(ledger.acked)


def unconfirmed(stack: Stack) -> float:
    lines = httpx.get(f"{stack.edge_url}/metrics").text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("datalab_frames_unconfirmed")))


def test_an_edge_that_ends_acks_what_it_took_before_it_closes(
    stack: Stack, app: App, tracker: Tracker
) -> None:
    with tracker.stream() as stream:
        stream.acked(page("/"))
        assert eventually(lambda: unconfirmed(stack) == 0)
        stack.freeze("broker")
        try:
            sent = [stream.frame(page(f"/{number}")) for number in range(20)]
            assert eventually(lambda: unconfirmed(stack) == 20)
            ending = threading.Thread(target=stack.stop, args=("edge",))
            ending.start()
            assert eventually(lambda: not accepts(stack))
        finally:
            stack.thaw("broker")
        assert [stream.heard()["ack"] for _ in sent] == sent
        assert stream.closed()[0] == 1012
    ending.join()
    stack.start("edge")
    assert eventually(lambda: app.totals()["page_views"] == 21)


def accepts(stack: Stack) -> bool:
    try:
        httpx.get(f"{stack.edge_url}/health/live")
    except httpx.TransportError:
        return False
    return True
