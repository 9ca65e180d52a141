"""The broker or the database goes away and comes back: what was under way ends in an error or is done later,
and nothing hangs.

These have a stack of their own, so that the others' stays up.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import eventlet
import msgspec
import pytest
from mongoengine import StringField
from nameko.containers import ServiceContainer
from nameko.testing.utils import get_extension

from services.contracts.errors import CallTimedOut, ServiceFailed, Unreachable
from services.contracts.health import Health
from services.contracts.messages import Call, Event
from services.hosting import Calls, Database, Healthy, Tell, events, listen, rpc
from services.hosting.database import Record
from services.hosting.publishing import Publishing
from stack.local import Ports, Stack
from tests.services.conftest import Ask, Asker, nameko_config, stop, wait_for


class Written(Event):
    address: ClassVar[str] = "keeper/written"
    word: str


class Write(Call[bool]):
    """Whether the word was new."""

    address: ClassVar[str] = "keeper.write"
    word: str


class KeeperHealth(Call[Health]):
    address: ClassVar[str] = "keeper.health"


class Word(Record):
    word = StringField(required=True)
    meta = {"db_alias": "keeper", "indexes": [{"fields": ["word"], "unique": True}]}


class Keeper(Healthy):
    name = "keeper"
    database = Database("keeper")
    tell = Tell()
    failing = False
    heard: list[str] = []

    @rpc
    def write(self, request: Write) -> bool:
        from mongoengine import NotUniqueError

        try:
            Word(word=request.word).save(force_insert=True)
        except NotUniqueError:
            return False
        return True

    @listen(Written)
    def on_written(self, event: Written) -> None:
        self.heard.append(event.word)
        if type(self).failing:
            raise ZeroDivisionError


class Outage(msgspec.Struct):
    stack: Stack
    ask: Ask
    keeper: ServiceContainer

    def healthy(self) -> bool:
        try:
            return self.ask(KeeperHealth()).ok
        except Unreachable:
            return False

    def tell(self, word: str) -> None:
        Publishing(self.stack.amqp_uri()).publish(
            Written(word=word), "keeper.events", "written", mandatory=True
        )


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    with TemporaryDirectory(prefix="datalab-") as run:
        stack = Stack(run=Path(run), ports=Ports.free(), tied=True)
        stack.start("broker", "database")
        yield stack
        stack.discard()


@pytest.fixture(scope="module")
def outage(own_stack: Stack) -> Iterator[Outage]:
    asker = ServiceContainer(Asker, nameko_config(own_stack, "asker"))
    keeper = ServiceContainer(Keeper, nameko_config(own_stack, "keeper"))
    for container in (asker, keeper):
        container.start()
    outage = Outage(own_stack, Ask(get_extension(asker, Calls)), keeper)
    wait_for(outage.healthy)
    yield outage
    stop([asker, keeper])


def test_a_service_is_red_while_its_database_is_down_and_heals(outage: Outage) -> None:
    outage.stack.stop("database")
    began = time.monotonic()
    health = outage.ask(KeeperHealth())
    assert not health.ok
    assert health.detail.startswith("database: ")
    assert time.monotonic() - began < 4
    with pytest.raises(ServiceFailed):
        outage.ask(Write(word="lost"))
    outage.stack.start("database")
    wait_for(outage.healthy, 20)


def test_unique_indexes_stand_though_the_database_was_down_at_the_first_use(outage: Outage) -> None:
    # The test before made the first use fail.
    assert "word_1" in Word._get_collection().index_information()
    assert [outage.ask(Write(word="once")) for _ in range(2)] == [True, False]


def test_while_the_broker_is_down_calls_end_in_an_error_and_afterwards_they_are_answered(
    outage: Outage,
) -> None:
    outage.stack.stop("broker")
    began = time.monotonic()
    with pytest.raises(Unreachable) as refused:
        outage.ask(KeeperHealth())
    assert refused.value.status in (503, 504)
    assert time.monotonic() - began < 10
    with pytest.raises(Unreachable):
        get_extension(outage.keeper, Tell)(Written(word="untold"))
    outage.stack.start("broker")
    wait_for(outage.healthy, 30)
    assert not outage.keeper._died.ready()


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_a_retry_outlives_the_broker(outage: Outage, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "BACK_OFF", (3.0 if how == "restart" else 2.0,))
    monkeypatch.setattr(Keeper, "heard", [])
    monkeypatch.setattr(Keeper, "failing", True)
    outage.tell(how)
    wait_for(lambda: Keeper.heard == [how])
    eventlet.sleep(0)
    wait_for(lambda: not outage.keeper._worker_threads)
    monkeypatch.setattr(Keeper, "failing", False)
    if how == "kill":
        outage.stack.kill("broker")
        outage.stack.start("broker")
    else:
        outage.stack.restart("broker")
    wait_for(lambda: len(Keeper.heard) >= 2, 30)  # at least once: an ack dies with the broker too
    wait_for(outage.healthy, 30)
    assert not outage.keeper._died.ready()


def test_an_event_under_way_when_the_broker_dies_is_given_again(
    outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(Keeper, "heard", heard)
    hold = eventlet.event.Event()

    class Slow(list[str]):
        def append(self, word: str) -> None:
            heard.append(word)
            if len(heard) == 1:
                hold.wait()

    monkeypatch.setattr(Keeper, "heard", Slow())
    outage.tell("it")
    wait_for(lambda: heard == ["it"])
    outage.stack.kill("broker")
    hold.send(None)
    outage.stack.start("broker")
    wait_for(lambda: heard == ["it", "it"], 30)
    wait_for(outage.healthy, 30)


def test_a_service_starts_while_its_database_is_down(own_stack: Stack, outage: Outage) -> None:
    class Late(Healthy):
        name = "late"
        database = Database("late")

    class LateHealth(Call[Health]):
        address: ClassVar[str] = "late.health"

    own_stack.stop("database")
    late: Any = ServiceContainer(Late, nameko_config(own_stack, "late"))
    late.start()
    assert not outage.ask(LateHealth()).ok
    own_stack.start("database")

    def healed() -> bool:
        try:
            return outage.ask(LateHealth()).ok
        except CallTimedOut:
            return False

    wait_for(healed, 20)
    stop([late])
