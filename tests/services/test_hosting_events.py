"""Events: a failing handler loses none and spins on none."""

import secrets
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any, ClassVar

import eventlet
import msgspec
import pytest
from eventlet.green import subprocess
from kombu.connection import Connection
from kombu.entity import Queue

from services.contracts.messages import Event
from services.hosting import Tell, events, listen, rpc
from services.hosting.events import DEAD_LETTERS, ERROR_HEADER, QUEUE_HEADER, TRIES_HEADER
from services.hosting.publishing import Publishing
from tests.services.conftest import Host, wait_for


class Happened(Event):
    address: ClassVar[str] = "teller/happened"
    what: str


class Foreign(Event):
    address: ClassVar[str] = "somebody/else"


class Teller:
    name = "teller"
    tell = Tell()

    @rpc
    def nothing(self) -> None: ...


class Listener:
    """Does what a test wants done."""

    name = "listener"
    react: Callable[[str], None] = staticmethod(lambda what: None)

    @listen(Happened)
    def on_happened(self, event: Happened) -> None:
        type(self).react(event.what)


class Bystander:
    name = "bystander"
    heard: list[str] = []

    @listen(Happened)
    def on_happened(self, event: Happened) -> None:
        self.heard.append(event.what)


class OneByOne:
    name = "onebyone"
    under_way = 0
    most = 0
    done = 0

    @listen(Happened, prefetch=1)
    def on_happened(self, event: Happened) -> None:
        kind = type(self)
        kind.under_way += 1
        kind.most = max(kind.most, kind.under_way)
        eventlet.sleep(0.02)
        kind.under_way -= 1
        kind.done += 1


Given = list[tuple[str, float]]
"""what a listener was given, and when"""

QUEUE = "evt-teller-happened--listener.on_happened"


@pytest.fixture(autouse=True)
def short_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "BACK_OFF", (0.05, 0.1, 0.15))


@pytest.fixture
def tell(amqp_uri: str) -> Callable[..., None]:
    """Publish as any teller would, with the body and properties a test wants."""
    publishing = Publishing(amqp_uri)

    def told(message: object, **properties: Any) -> None:
        publishing.publish(message, "teller.events", "happened", mandatory=True, **properties)

    return told


@pytest.fixture
def listener(host: Host, monkeypatch: pytest.MonkeyPatch) -> Given:
    """What the listener was given, and when."""
    given: Given = []
    monkeypatch.setattr(Listener, "react", staticmethod(lambda what: given.append((what, time.monotonic()))))
    host(Listener)
    return given


def failing(monkeypatch: pytest.MonkeyPatch, given: Given, times: int, word: str = "") -> None:
    def react(what: str) -> None:
        given.append((what, time.monotonic()))
        if what.startswith(word) and [seen for seen, _ in given].count(what) <= times:
            raise ZeroDivisionError(f"failed on {what}")

    monkeypatch.setattr(Listener, "react", staticmethod(react))


def parked(connection: Connection) -> Any:
    """The next message that the listener parked; other listeners of this module park theirs too."""
    queue = Queue(DEAD_LETTERS, durable=True)(connection.default_channel)
    queue.declare()
    while (message := wait_for(lambda: queue.get(no_ack=True))).headers[QUEUE_HEADER] != QUEUE:
        pass
    return message


def count(connection: Connection, queue: str) -> int:
    return int(Queue(queue)(connection.default_channel).queue_declare(passive=True).message_count)


def test_what_is_told_is_heard(listener: Given, tell: Callable[..., None]) -> None:
    tell(Happened(what="it"))
    assert wait_for(lambda: listener)[0][0] == "it"


def test_a_failing_handler_is_tried_again_with_growing_pauses(
    listener: Given, tell: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, listener, times=3)
    tell(Happened(what="it"))
    wait_for(lambda: len(listener) == 4)
    pauses = [later[1] - earlier[1] for earlier, later in pairwise(listener)]
    assert [pause >= wanted for pause, wanted in zip(pauses, (0.05, 0.1, 0.15), strict=True)] == [True] * 3


def test_after_the_last_try_it_is_parked_with_its_reason(
    listener: Given,
    tell: Callable[..., None],
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    what = secrets.token_hex(4)
    failing(monkeypatch, listener, times=100)
    tell(Happened(what=what), headers={"nameko.call_id_stack": ["a.b.1"]})
    message = parked(connection)
    assert msgspec.json.decode(message.body, type=Happened).what == what
    assert message.headers[TRIES_HEADER] == 3
    assert message.headers["nameko.call_id_stack"] == ["a.b.1"]
    assert f"failed on {what}" in message.headers[ERROR_HEADER]
    assert len(listener) == 4
    assert count(connection, QUEUE) == 0


def test_a_failing_event_holds_up_no_other(
    listener: Given,
    tell: Callable[..., None],
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failing(monkeypatch, listener, times=100, word="bad")
    for what in ("bad", "good 1", "good 2"):
        tell(Happened(what=what))
    wait_for(lambda: {"good 1", "good 2"} <= {what for what, _ in listener})
    assert msgspec.json.decode(parked(connection).body, type=Happened).what == "bad"


def test_a_retry_is_for_who_failed_only(
    listener: Given, tell: Callable[..., None], host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bystander, "heard", [])
    host(Bystander)
    failing(monkeypatch, listener, times=2)
    tell(Happened(what="it"))
    wait_for(lambda: len(listener) == 3)
    failing(monkeypatch, listener, times=0)
    tell(Happened(what="last"))
    wait_for(lambda: "last" in Bystander.heard)
    assert Bystander.heard == ["it", "last"]


@pytest.mark.parametrize(
    ("body", "properties"),
    [
        (b"{", {}),
        (b"", {}),
        (b"\xff", {}),
        (b'{"what": 5}', {}),
        (b"{}", {}),
        (b'{"what": "it"}', {"content_type": "text/plain"}),
        (b'{"what": "it"}', {"content_type": None, "content_encoding": None}),
    ],
)
def test_what_cannot_be_read_is_parked_at_once_unchanged(
    listener: Given,
    tell: Callable[..., None],
    connection: Connection,
    body: bytes,
    properties: dict[str, Any],
) -> None:
    tell(body, **properties)
    message = parked(connection)
    raw = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
    assert raw == body
    assert TRIES_HEADER not in message.headers
    tell(Happened(what="after"))
    wait_for(lambda: "after" in [what for what, _ in listener])
    assert "it" not in [what for what, _ in listener]


def test_unknown_fields_are_left_aside(listener: Given, tell: Callable[..., None]) -> None:
    tell(b'{"what": "it", "of a later version": 1}')
    wait_for(lambda: listener)


@pytest.mark.parametrize(
    "headers",
    [
        {TRIES_HEADER: "many"},
        {"nameko.call_id_stack": [1]},
        {"x": None},
        {"compression": "application/no-such"},
    ],
)
def test_strange_headers_end_nothing(
    listener: Given,
    tell: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, object],
) -> None:
    what = secrets.token_hex(4)
    failing(monkeypatch, listener, times=1, word=what)
    tell(Happened(what=what), headers=headers)
    wait_for(lambda: [seen for seen, _ in listener].count(what) == 2)


def test_prefetch_limits_how_many_are_under_way(host: Host, tell: Callable[..., None]) -> None:
    host(OneByOne)
    for number in range(5):
        tell(Happened(what=str(number)))
    wait_for(lambda: OneByOne.done == 5)
    assert OneByOne.most == 1


def test_only_the_owner_of_a_fact_tells_it(host: Host) -> None:
    from nameko.testing.utils import get_extension

    tell = get_extension(host(Teller), Tell)
    tell(Happened(what="it"))
    with pytest.raises(ValueError, match="which somebody owns"):
        tell(Foreign())


NAMEKO_LISTENER = """
import json, sys
import eventlet
eventlet.monkey_patch()
from nameko.containers import ServiceContainer
from nameko.events import event_handler

class Plain:
    name = "plain"

    @event_handler("teller", "happened")
    def on_happened(self, payload):
        print(json.dumps(payload), flush=True)

ServiceContainer(Plain, {"AMQP_URI": sys.argv[1]}).start()
print("ready", flush=True)
eventlet.sleep(30)
"""


def test_namekos_own_event_handler_receives_it(tell: Callable[..., None], amqp_uri: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", NAMEKO_LISTENER, amqp_uri]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as plain:
        try:
            assert plain.stdout is not None
            assert plain.stdout.readline() == "ready\n"
            tell(Happened(what="it"))
            assert msgspec.json.decode(plain.stdout.readline()) == {"what": "it"}
        finally:
            plain.kill()
