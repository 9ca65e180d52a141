"""A visit asks no service anything once the edge knows the app: what goes over the bus is counted."""

from collections.abc import Iterator
from contextlib import contextmanager

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from stack.local import Stack
from tests.system.people import App, Tracker, eventually, page

pytestmark = pytest.mark.inside

VISITS = 30


class Overheard:
    """Every call on the bus: a copy of each lands in a queue of ours."""

    def __init__(self, channel: BlockingChannel) -> None:
        self._channel = channel
        self._queue = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(self._queue, "nameko-rpc", "#")

    def calls(self) -> list[str]:
        """`service.method` of those made since the last look; answers and health checks left out."""
        found: list[str] = []
        while True:
            method, _, _ = self._channel.basic_get(self._queue, auto_ack=True)
            if method is None:
                return found
            service, dot, name = method.routing_key.partition(".")
            if dot and name != "health" and not service.startswith("rpc"):
                found.append(method.routing_key)


@contextmanager
def overhearing(stack: Stack) -> Iterator[Overheard]:
    connection = pika.BlockingConnection(pika.URLParameters(stack.amqp_uri()))
    try:
        yield Overheard(connection.channel())
    finally:
        connection.close()


def visit(stack: Stack, app: App) -> None:
    tracker = Tracker(stack.edge_url, app.token)
    assert tracker.hello().status_code == 200
    with tracker.stream() as stream:
        stream.acked(page("/"))
    assert tracker.beacon([{"n": 99, "events": [page("/last")]}]).status_code == 202


def test_hello_ticket_frames_and_beacon_make_no_call_when_the_edge_is_warm(stack: Stack, app: App) -> None:
    with overhearing(stack) as overheard:
        visit(stack, app)
        asked = eventually(overheard.calls)
        assert "config.tracker" in asked, "a cold edge asks, and it is overheard"
        assert len(asked) <= 3
        for _ in range(VISITS):
            visit(stack, app)
        assert app.owner.http.get(app.path).status_code == 200
        seen: list[str] = []

        def overheard_it() -> bool:
            seen.extend(overheard.calls())
            return "apps.permit" in seen

        assert eventually(overheard_it)
        assert seen == ["apps.permit"], "nothing but the one call that was made on purpose"
