"""Queues that a cluster keeps on several nodes: everything a service does with queues, in a vhost of its own."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from nameko.containers import ServiceContainer
from nameko.testing.utils import get_extension

from services.contracts.messages import Call, Event
from services.contracts.settings import SettingInvalid
from services.hosting import Calls, events, listen, rpc
from services.hosting.publishing import Publishing
from services.hosting.queues import queue_type
from stack import dead_letters
from stack.local import Stack
from stack.local.broker import USER
from tests.services.conftest import nameko_config, stop, wait_for

VHOST = "quorum"


class Rang(Event):
    address: ClassVar[str] = "door/rang"
    times: int


class HowOften(Call[int]):
    address: ClassVar[str] = "porter.how_often"


class Porter:
    name = "porter"
    calls = Calls()
    tries: list[int] = []

    @listen(Rang)
    def on_rang(self, event: Rang) -> None:
        self.tries.append(event.times)
        if self.tries.count(event.times) < event.times:
            raise ZeroDivisionError

    @rpc
    def how_often(self, request: HowOften) -> int:
        return len(self.tries)


def vhost(stack: Stack, name: str) -> str:
    """A fresh one; its address."""
    stack.broker.control("add_vhost", name)
    stack.broker.control("set_permissions", "-p", name, USER, ".*", ".*", ".*")
    return stack.amqp_uri(name)


@pytest.fixture(scope="module")
def uri(stack: Stack) -> str:
    return vhost(stack, VHOST)


@pytest.fixture(scope="module")
def porter(stack: Stack, uri: str) -> Iterator[ServiceContainer]:
    config: dict[str, Any] = nameko_config(stack, "porter") | {"AMQP_URI": uri}
    config["environment"] = {**config["environment"], "QUEUE_TYPE": "quorum"}
    container = ServiceContainer(Porter, config)
    container.start()
    yield container
    stop([container])


@pytest.fixture(autouse=True)
def short_back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "BACK_OFF", (0.05, 0.1))
    monkeypatch.setattr(Porter, "tries", [])


def ring(uri: str, times: int) -> None:
    Publishing(uri).publish(Rang(times=times), "door.events", "rang", mandatory=True)


def kinds(stack: Stack) -> dict[str, str]:
    lines = stack.broker.control("list_queues", "-p", VHOST, "name", "type").splitlines()
    return dict(line.split("\t") for line in lines if "\t" in line)


def test_every_queue_that_outlives_a_connection_is_replicated(
    stack: Stack, porter: ServiceContainer, uri: str
) -> None:
    ring(uri, 3)
    wait_for(lambda: Porter.tries == [3, 3, 3])
    ring(uri, 9)
    wait_for(lambda: "dead-letters" in kinds(stack))
    found = kinds(stack)
    assert {"rpc-porter", "evt-door-rang--porter.on_rang", "retry.0.05s", "retry.0.1s"} <= found.keys()
    assert any(name.startswith("rpc.reply-porter") for name in found)
    assert {kind for name, kind in found.items() if name != "name"} == {"quorum"}


def parked(uri: str, body: bytes) -> set[int]:
    """The numbers of the dead letters that say so."""
    with dead_letters.opened(uri) as channel:
        return {letter.number for letter in dead_letters.letters(channel) if letter.body == body}


def test_what_failed_too_often_is_parked_and_can_be_sent_back(porter: ServiceContainer, uri: str) -> None:
    ring(uri, 4)
    wait_for(lambda: Porter.tries == [4, 4, 4])
    found = wait_for(lambda: parked(uri, b'{"times":4}'))
    assert dead_letters.replay(uri, found) == (1, [])
    wait_for(lambda: Porter.tries.count(4) == 4)
    assert not parked(uri, b'{"times":4}')


def test_a_call_is_answered(porter: ServiceContainer) -> None:
    assert get_extension(porter, Calls)(HowOften()) == 0


def test_another_kind_of_queue_is_named() -> None:
    with pytest.raises(SettingInvalid, match="QUEUE_TYPE"):
        queue_type({"environment": {"QUEUE_TYPE": "mirrored"}})


def test_a_broker_without_dead_letters_has_none(stack: Stack) -> None:
    with dead_letters.opened(vhost(stack, "empty")) as channel:
        assert [*dead_letters.letters(channel)] == []
