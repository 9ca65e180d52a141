"""Apps shared out among the processes of a service: a call comes to who holds the app, an event to all."""

from collections.abc import Iterator
from typing import Any, ClassVar

import eventlet
import pytest
from nameko.containers import ServiceContainer
from nameko.standalone.rpc import ClusterRpcProxy

from services.contracts.analysis.report import OfApp
from services.contracts.errors import Refused
from services.contracts.messages import Event
from services.contracts.settings import SettingInvalid
from services.hosting import Calls, listen, rpc
from services.hosting.publishing import Publishing
from services.hosting.shares import Share, share_of
from services.hosting.wire import NAMEKO
from stack.local import Stack
from tests.services.conftest import Ask, nameko_config, stop, wait_for

APPS = [f"{number:024x}" for number in range(40)]


class Moved(Event):
    address: ClassVar[str] = "furniture/moved"
    where: str


class WhoHolds(OfApp[str]):
    address: ClassVar[str] = "shelf.who_holds"


class Shelf:
    name = "shelf"
    calls = Calls()
    heard: list[tuple[str, str]] = []

    def __init__(self) -> None:
        self.share = ""

    @rpc
    def who_holds(self, request: WhoHolds) -> str:
        raise NotImplementedError

    @listen(Moved)
    def on_moved(self, event: Moved) -> None:
        raise NotImplementedError


def shelf(share: int) -> type:
    """A class a process: they differ by what they were told they hold."""

    class Own(Shelf):
        @rpc
        def who_holds(self, request: WhoHolds) -> str:
            return f"{share}:{request.app}"

        @listen(Moved)
        def on_moved(self, event: Moved) -> None:
            self.heard.append((str(share), event.where))

    return Own


@pytest.fixture(scope="module")
def shelves(stack: Stack) -> Iterator[list[ServiceContainer]]:
    containers = []
    for share in range(3):
        config: dict[str, Any] = nameko_config(stack, "shelf")
        config["environment"] = {**config["environment"], "SHARE": str(share), "SHARES": "3"}
        containers.append(ServiceContainer(shelf(share), config))
        containers[-1].start()
    yield containers
    stop(containers)


def answer(ask: Ask, app: str) -> str:
    try:
        return ask(WhoHolds(app=app))
    except Refused:
        return ""


def test_a_call_comes_to_who_holds_the_app(shelves: list[ServiceContainer], ask: Ask) -> None:
    wait_for(lambda: answer(ask, APPS[0]))
    held = [int(ask(WhoHolds(app=app)).partition(":")[0]) for app in APPS]
    assert held == [
        next(share for share in range(3) if Share(share=share, shares=3).holds(app)) for app in APPS
    ]
    assert set(held) == {0, 1, 2}


def test_a_plain_client_that_knows_of_no_shares_is_answered_too(
    shelves: list[ServiceContainer], ask: Ask, amqp_uri: str
) -> None:
    wait_for(lambda: answer(ask, APPS[0]))
    with ClusterRpcProxy({"AMQP_URI": amqp_uri, **NAMEKO}, timeout=10) as client:
        assert [client.shelf.who_holds(app=app) for app in APPS] == [ask(WhoHolds(app=app)) for app in APPS]


def test_an_event_is_heard_by_each_share_once(
    shelves: list[ServiceContainer], ask: Ask, amqp_uri: str
) -> None:
    wait_for(lambda: answer(ask, APPS[0]))
    Publishing(amqp_uri).publish(Moved(where="out"), "furniture.events", "moved", mandatory=True)
    wait_for(lambda: len(Shelf.heard) >= 3)
    eventlet.sleep(0)
    assert sorted(Shelf.heard) == [("0", "out"), ("1", "out"), ("2", "out")]


@pytest.mark.parametrize("environment", [{"SHARE": "3", "SHARES": "3"}, {"SHARES": "0"}, {"SHARE": "one"}])
def test_a_share_that_is_none_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(SettingInvalid, match="SHARE"):
        share_of({"environment": environment})


def test_every_app_is_held_once_whatever_the_number_of_shares() -> None:
    for shares in (1, 2, 5, 64):
        for app in APPS:
            assert sum(Share(share=share, shares=shares).holds(app) for share in range(shares)) == 1
