"""Services under test, hosted in this process by Nameko, on a real broker and a real database.

Nameko runs on eventlet, which patches the whole process: `make test-services` runs these by themselves, with a
plugin that does it (patched.py). Tests share the broker and the databases and stay apart by fresh names; what is heard
and asked goes over the broker as in production.
"""

import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import eventlet
import msgspec
import pytest
from kombu.connection import Connection
from kombu.entity import Exchange, Queue
from nameko.containers import ServiceContainer
from nameko.testing.utils import get_extension

from services.apps.service import Apps
from services.auth.service import Auth
from services.config.service import Config
from services.contracts.messages import Actor, Call, Event
from services.contracts.users import RegisterUser, User
from services.hosting import Calls, rpc
from services.hosting.wire import NAMEKO
from services.notifications.service import Notifications
from services.tokens.service import Tokens
from services.users.service import Users
from stack.local import Ports, Stack

if "tests.services.patched" not in sys.modules:
    raise pytest.UsageError(
        "tests/services runs by itself: python -m pytest -p tests.services.patched tests/services"
    )

R = TypeVar("R")
E = TypeVar("E", bound=Event)
Host = Callable[[type], ServiceContainer]

OFTEN = ("--syncdelay", "2")
"""seconds between checkpoints: the oplog keeps what none of them holds"""
PATIENCE = 30.0
"""seconds, on a machine that has other things to do"""
KINDS = (Users, Auth, Apps, Config, Tokens, Notifications)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="datalab-") as run:
        stack = Stack(run=Path(run), ports=Ports.free(), tied=True, mongod_options=OFTEN)
        stack.start("broker", "database")
        yield stack
        stack.discard()


@pytest.fixture(scope="session")
def amqp_uri(stack: Stack) -> str:
    return stack.amqp_uri()


def stop(containers: list[ServiceContainer]) -> None:
    """All at once: a container takes a second or two, until its consumer looks up from the socket."""
    for stopping in [eventlet.spawn(container.stop) for container in containers]:
        stopping.wait()


def nameko_config(stack: Stack, service: str) -> dict[str, object]:
    # A service that a test makes up borrows the database of a real one.
    owner = service if service in {kind.name for kind in KINDS} else "users"
    environment = {"MONGO_URI": stack.mongo_uri(owner), "MONGO_TIMEOUT": "2000"}
    return {"AMQP_URI": stack.amqp_uri(), "HEARTBEAT": 5, "environment": environment, **NAMEKO}


@pytest.fixture(scope="module")
def host(stack: Stack) -> Iterator[Host]:
    """Runs a service class in this process until the module's tests end; once, however often a test asks for
    it.
    """
    containers: dict[type, ServiceContainer] = {}

    def run(service: Any) -> ServiceContainer:
        if service not in containers:
            container = ServiceContainer(service, nameko_config(stack, service.name))
            container.start()
            containers[service] = container
        return containers[service]

    yield run
    stop([*containers.values()])


class Asker:
    """A service that only asks."""

    name = "asker"
    calls = Calls()

    @rpc
    def nothing(self) -> None: ...


class Ask:
    """`ask(CreateApp(…)) -> App`, over the broker."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    def __call__(self, request: Call[R]) -> R:
        return self.calls(request)


@pytest.fixture(scope="session")
def ask(stack: Stack) -> Iterator[Ask]:
    container = ServiceContainer(Asker, nameko_config(stack, "asker"))
    container.start()
    yield Ask(get_extension(container, Calls))
    stop([container])


@pytest.fixture(scope="session")
def services(stack: Stack, ask: Ask) -> Iterator[Ask]:
    """Every service but analysis, running; gives `ask`."""
    containers = [ServiceContainer(kind, nameko_config(stack, kind.name)) for kind in KINDS]
    for container in containers:
        container.start()
    yield ask
    stop(containers)


class Heard:
    """What is told from now on, read from a queue of its own."""

    def __init__(self, connection: Connection, event: type[Event]) -> None:
        self.event = event
        exchange = Exchange(f"{event.source()}.events", type="topic", durable=True)
        self.queue = Queue(
            f"heard-{secrets.token_hex(4)}", exchange, routing_key=event.type(), auto_delete=True, expires=60
        )(connection.default_channel)
        self.queue.declare()

    def next(self, seconds: float = PATIENCE) -> Any:
        message = wait_for(lambda: self.queue.get(no_ack=True), seconds)
        return msgspec.json.decode(message.body, type=self.event)

    def nothing(self) -> bool:
        return self.queue.get(no_ack=True) is None


@pytest.fixture
def connection(amqp_uri: str) -> Iterator[Connection]:
    with Connection(amqp_uri) as connection:
        yield connection


@pytest.fixture
def hear(connection: Connection) -> Callable[[type[Event]], Heard]:
    return lambda event: Heard(connection, event)


def wait_for(condition: Callable[[], R], seconds: float = PATIENCE) -> R:
    """The first true value of the condition."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "did not happen in time"
        eventlet.sleep(0.02)
    return value


PASSWORD = "correct horse battery"


def fresh(word: str = "x") -> str:
    return f"{word}{secrets.token_hex(6)}"


class Someone(msgspec.Struct):
    """A registered user."""

    user: User

    @property
    def actor(self) -> Actor:
        return Actor(user=self.user.id, organisation=self.user.organisation, role=self.user.role)


@pytest.fixture
def register(services: Ask) -> Callable[..., Someone]:
    """Registers somebody, in a new organisation unless one is named."""

    def registered(organisation: str | None = None, name: str = "Ada") -> Someone:
        organisation = organisation or f"{fresh('org')}.example"
        email = f"{fresh('u')}@{organisation}"
        return Someone(
            services(RegisterUser(email=email, password=PASSWORD, name=name, organisation=organisation))
        )

    return registered
