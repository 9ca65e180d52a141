"""Calls: typed, answered or refused, never hanging, and never fatal to the service."""

import json
import secrets
import sys
import time
from typing import Any, ClassVar

import eventlet
import msgspec
import pytest
from eventlet.green import subprocess
from kombu.connection import Connection
from kombu.entity import Exchange, Queue

from services.contracts.errors import (
    CallTimedOut,
    Forbidden,
    InvalidInput,
    ServiceFailed,
    ServiceUnknown,
    TooManyRequests,
)
from services.contracts.messages import Call, Reply
from services.hosting import Calls, rpc
from tests.services.conftest import Ask, Host, wait_for


class Greeting(msgspec.Struct):
    text: str
    at: int


class Greet(Call[Greeting]):
    address: ClassVar[str] = "greeter.greet"
    name: str
    times: int = 1


class GreetTwice(Call[list[Greeting]]):
    address: ClassVar[str] = "twice.greet"
    name: str


class Refuse(Call[Greeting]):
    address: ClassVar[str] = "greeter.refuse"
    how: str = ""


class Oddly(Call[Any]):
    """Addresses that are not what they seem."""

    address: ClassVar[str] = "greeter.missing"


class Sleep(Call[Greeting | None]):
    address: ClassVar[str] = "greeter.sleep"
    seconds: float


class Greeter:
    name = "greeter"

    @rpc
    def greet(self, request: Greet) -> Greeting:
        return Greeting(text=f"hello {request.name}" * request.times, at=1)

    @rpc
    def refuse(self, request: Refuse) -> Any:
        if request.how == "unencodable":
            return object()
        if request.how == "broken":
            raise ZeroDivisionError("broken")
        if request.how == "other":
            return {"text": 5}
        if request.how == "slow":
            raise TooManyRequests("slowly", retry_after=7)
        raise Forbidden("no", field="name")

    @rpc
    def sleep(self, request: Sleep) -> Greeting | None:
        eventlet.sleep(request.seconds)
        return None

    @rpc
    def ping(self) -> str:
        return "pong"


class Twice:
    """Asks its neighbour in the same process."""

    name = "twice"
    calls = Calls()

    @rpc
    def greet(self, request: GreetTwice) -> list[Greeting]:
        return [self.calls(Greet(name=request.name)) for _ in range(2)]


@pytest.fixture
def greeter(host: Host) -> Any:
    return host(Greeter)


def test_a_call_is_answered_with_its_type(greeter: Any, ask: Ask) -> None:
    assert ask(Greet(name="Ada", times=2)) == Greeting(text="hello Adahello Ada", at=1)


def test_an_answer_may_be_nothing(greeter: Any, ask: Ask) -> None:
    assert ask(Sleep(seconds=0)) is None


def test_two_services_in_one_process_call_each_other(greeter: Any, host: Host, ask: Ask) -> None:
    host(Twice)
    assert ask(GreetTwice(name="Ada")) == [Greeting(text="hello Ada", at=1)] * 2


def test_a_refusal_arrives_as_what_it_was(greeter: Any, ask: Ask) -> None:
    with pytest.raises(Forbidden) as refused:
        ask(Refuse())
    assert (refused.value.detail, refused.value.field, refused.value.retry_after) == ("no", "name", None)
    with pytest.raises(TooManyRequests) as slowed:
        ask(Refuse(how="slow"))
    assert slowed.value.retry_after == 7


@pytest.mark.parametrize("how", ["unencodable", "broken", "other"])
def test_what_a_service_did_not_mean_is_its_failure(greeter: Any, ask: Ask, how: str) -> None:
    with pytest.raises(ServiceFailed):
        ask(Refuse(how=how))
    assert ask(Greet(name="Ada")).at == 1


def test_a_wrong_field_is_named(greeter: Any, ask: Ask) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(Greet(name="Ada", times="often"))  # type: ignore[arg-type]
    assert (refused.value.field, refused.value.detail) == ("times", "Expected `int`, got `str`")


def test_an_unknown_service_is_known_at_once(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Oddly, "address", f"nobody{secrets.token_hex(4)}.greet")
    began = time.monotonic()
    with pytest.raises(ServiceUnknown):
        ask(Oddly())
    assert time.monotonic() - began < 1


def test_an_unknown_method_is_known_at_once(greeter: Any, ask: Ask) -> None:
    with pytest.raises(ServiceUnknown):
        ask(Oddly())


def test_a_call_ends_after_its_time_out(greeter: Any, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.hosting.calls.TIME_OUT", 0.2)
    with pytest.raises(CallTimedOut):
        ask(Sleep(seconds=0.5))
    assert not ask.calls.replies._reply_events


def test_a_call_to_a_service_that_is_down_does_not_wait_for_it_in_the_queue(
    ask: Ask, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Queue("rpc-down", Exchange("nameko-rpc", type="topic"), "down.*")(connection.default_channel)
    queue.declare()
    monkeypatch.setattr("services.hosting.calls.TIME_OUT", 0.2)
    monkeypatch.setattr(Oddly, "address", "down.greet")
    with pytest.raises(CallTimedOut):
        ask(Oddly())
    wait_for(lambda: queue.queue_declare(passive=True).message_count == 0)


def test_calls_beside_a_slow_one_are_answered(greeter: Any, ask: Ask) -> None:
    slow = eventlet.spawn(ask, Sleep(seconds=0.5))
    assert ask(Greet(name="Ada")).at == 1
    assert not slow.dead
    slow.wait()


def publish(connection: Connection, body: bytes, **properties: Any) -> None:
    producer = connection.Producer(serializer=None)
    producer.publish(body, exchange="nameko-rpc", **{"routing_key": "greeter.greet", **properties})


JSON = {"content_type": "application/json", "content_encoding": "utf-8"}
GOOD = b'{"args": [], "kwargs": {"name": "Ada"}}'


@pytest.fixture
def replies(connection: Connection) -> Queue:
    key = secrets.token_hex(8)
    queue = Queue(key, Exchange("nameko-rpc", type="topic"), key, auto_delete=True, expires=60)
    bound = queue(connection.default_channel)
    bound.declare()
    return bound


@pytest.mark.parametrize(
    "properties",
    [
        {**JSON},
        {"reply_to": "r", "content_type": None},
        {"reply_to": "r", "content_type": "application/x-python-serialize", "content_encoding": "binary"},
        {"reply_to": "r", "content_type": "text/plain", "content_encoding": "no-such-charset"},
        {"reply_to": "nobody-listens-there", **JSON},
        {"reply_to": "r", **JSON, "headers": {"compression": "application/no-such"}},
    ],
)
def test_a_request_nobody_can_answer_is_dropped_and_the_service_lives(
    greeter: Any, ask: Ask, connection: Connection, properties: dict[str, Any]
) -> None:
    publish(connection, GOOD, **properties)
    assert ask(Greet(name="Ada")).at == 1
    queue = Queue("rpc-greeter")(connection.default_channel)
    wait_for(lambda: queue.queue_declare(passive=True).message_count == 0)
    assert not greeter._died.ready()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", None),
        (b"{", None),
        (b"\xff\xfe", None),
        (b"[]", None),
        (b"{}", "kwargs"),
        (b'{"args": [], "kwargs": {}}', "name"),
        (b'{"args": [], "kwargs": []}', None),
        (b'{"args": ["Ada"], "kwargs": {"name": "Ada"}}', "args"),
        (b'{"args": [], "kwargs": {"name": "Ada", "more": 1}}', "more"),
    ],
)
def test_a_malformed_request_is_refused_with_its_reason(
    greeter: Any, connection: Connection, replies: Queue, body: bytes, field: str | None
) -> None:
    publish(connection, body, reply_to=replies.routing_key, correlation_id="c1", **JSON)
    message = wait_for(lambda: replies.get(no_ack=True))
    reply = msgspec.json.decode(message.body, type=Reply[Any])
    assert message.properties["correlation_id"] == "c1"
    assert reply.error is not None
    assert reply.error.exc_type == "InvalidInput"
    assert reply.error.exc_args[1] == field


@pytest.mark.parametrize("calls", [[1], 5, "x", {"a": 1}, [None]])
def test_a_header_that_is_not_namekos_is_left_aside(
    greeter: Any, connection: Connection, replies: Queue, calls: object
) -> None:
    headers = {"nameko.call_id_stack": calls, "other": "x"}
    publish(connection, GOOD, reply_to=replies.routing_key, headers=headers, **JSON)
    reply = msgspec.json.decode(wait_for(lambda: replies.get(no_ack=True)).body, type=Reply[Greeting])
    assert reply == Reply(Greeting(text="hello Ada", at=1), None)


NAMEKO_CLIENT = """
import json, sys
from nameko.exceptions import RemoteError
from nameko.standalone.rpc import ClusterRpcProxy, ServiceRpcProxy

config = {"AMQP_URI": sys.argv[1]}
with ServiceRpcProxy("greeter", config, timeout=10) as greeter:
    one = greeter.greet(name="Ada")
    pong = greeter.ping()
with ClusterRpcProxy(config, timeout=10) as cluster:
    two = cluster.greeter.greet(name="Ada", times=2)
    try:
        cluster.greeter.refuse()
    except RemoteError as error:
        refusal = [error.exc_type, error.value]
print(json.dumps([one, pong, two, refusal]))
"""


def run(*command: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        input=given,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return str(done.stdout)


def test_namekos_own_clients_speak_to_it(greeter: Any, amqp_uri: str) -> None:
    assert json.loads(run("-c", NAMEKO_CLIENT, amqp_uri)) == [
        {"text": "hello Ada", "at": 1},
        "pong",
        {"text": "hello Adahello Ada", "at": 1},
        ["Forbidden", "name: no"],
    ]


def test_the_nameko_shell_speaks_to_it(greeter: Any, amqp_uri: str) -> None:
    shell = ("-m", "nameko", "shell", "--interface", "plain", "--broker", amqp_uri)
    assert "{'text': 'hello Ada', 'at': 1}" in run(*shell, given="print(n.rpc.greeter.greet(name='Ada'))\n")


def test_an_entrypoint_whose_call_has_another_address_does_not_start(host: Host) -> None:
    class Wrong:
        name = "wrong"

        @rpc
        def greet(self, request: Greet) -> None: ...

    with pytest.raises(TypeError, match=r"wrong\.greet takes a Greet"):
        host(Wrong)
