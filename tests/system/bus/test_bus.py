"""The edge's bus on a real broker, with a service in plain Nameko on the other side."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pika
import pytest

from edge.bus import Bus
from services.contracts.config import AppConfig, ConfigChanged
from services.contracts.errors import (
    BY_NAME,
    BrokerDown,
    CallTimedOut,
    InvalidInput,
    NotFound,
    Refused,
    ServiceFailed,
    ServiceUnknown,
)
from services.contracts.frames import Frame, Frames
from services.contracts.tickets import TicketRedeemed
from stack.local import Stack
from tests.proxy import proxied
from tests.system.bus import calls
from tests.system.bus.calls import Greet, Said, Sold
from tests.system.bus.conftest import Service, connected, until, until_answered

pytestmark = [pytest.mark.anyio, pytest.mark.inside]


@contextmanager
def within(seconds: float, at_least: float = 0.0) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert at_least <= time.monotonic() - began <= seconds


# -- calls


async def test_a_plain_nameko_service_answers(bus: Bus, open_shop: Service) -> None:
    assert await bus.call(Greet(name="Ada")) == Said("hello Ada")


async def test_many_calls_at_once_get_each_its_own_answer(bus: Bus, open_shop: Service) -> None:
    names = [f"guest {number}" for number in range(100)]
    said = await asyncio.gather(*(bus.call(Greet(name=name)) for name in names))
    assert [answer.text for answer in said] == [f"hello {name}" for name in names]


async def test_an_answer_that_overtakes_another_is_not_taken_for_it(bus: Bus, open_shop: Service) -> None:
    slow = asyncio.create_task(bus.call(calls.Sleep(seconds=1)))
    await until(lambda: bus._calls)
    assert await bus.call(Greet(name="Ada")) == Said("hello Ada")
    assert await slow == Said("awake")


@pytest.mark.parametrize("kind", BY_NAME)
async def test_a_refusal_comes_back_as_its_class(bus: Bus, open_shop: Service, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        await bus.call(calls.Refuse(kind=kind, reasons=["why", "stages[1].value", 7]))
    assert type(refused.value) is BY_NAME[kind]
    assert (refused.value.detail, refused.value.field, refused.value.retry_after) == (
        "why",
        "stages[1].value",
        7,
    )


async def test_what_a_refusal_does_not_say_is_none(bus: Bus, open_shop: Service) -> None:
    with pytest.raises(NotFound) as refused:
        await bus.call(calls.Refuse(kind="NotFound", reasons=["why"]))
    assert (refused.value.detail, refused.value.field, refused.value.retry_after) == ("why", None, None)
    with pytest.raises(NotFound) as refused:
        await bus.call(calls.Refuse(kind="NotFound", reasons=[]))
    assert refused.value.detail == ""


async def test_what_a_service_fails_of_stays_inside(
    bus: Bus, open_shop: Service, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ServiceFailed) as failed:
        await bus.call(calls.Fail())
    assert "secret" not in str(failed.value)
    assert "ZeroDivisionError: a secret" in caplog.text


async def test_an_answer_of_the_wrong_type_is_the_services_failure(bus: Bus, open_shop: Service) -> None:
    with pytest.raises(ServiceFailed):
        await bus.call(calls.Nonsense())
    with pytest.raises(ServiceFailed):
        await bus.call(calls.Nothing())
    assert await bus.call(calls.PerhapsNothing()) is None


async def test_wrong_arguments_are_invalid_input(bus: Bus, open_shop: Service) -> None:
    with pytest.raises(InvalidInput):
        await bus.call(calls.GreetNobody())


async def test_an_unknown_method_and_an_unknown_service_are_told_at_once(
    bus: Bus, open_shop: Service
) -> None:
    with within(1.0), pytest.raises(ServiceUnknown):
        await bus.call(calls.Unwritten())
    with within(1.0), pytest.raises(ServiceUnknown) as unknown:
        await bus.call(calls.AskNobody())
    assert "nobody.greet" in str(unknown.value)


async def test_a_call_ends_after_its_time_out(bus: Bus, open_shop: Service) -> None:
    with within(0.8, at_least=0.3), pytest.raises(CallTimedOut) as late:
        await bus.call(calls.Sleep(seconds=1), 0.3)
    assert "shop.sleep did not answer within 0.3 s" in str(late.value)
    assert await bus.call(Greet(name="after")) == Said("hello after")


async def test_a_call_to_a_service_that_is_down_times_out_and_is_not_carried_out_later(
    bus: Bus, open_shop: Service
) -> None:
    open_shop.stop()
    await until_refused_by_time(bus)
    with within(1.0, at_least=0.5), pytest.raises(CallTimedOut):
        await bus.call(Greet(name="too late"), 0.5)
    open_shop.start()
    await until_answered(lambda: bus.call(Greet(name="open again"), 1))
    guests = await bus.call(calls.Guests())
    assert "open again" in guests
    assert "too late" not in guests


async def until_refused_by_time(bus: Bus) -> None:
    """The broker may take a moment to see that the killed service is gone; then the queue keeps what comes."""
    while True:
        try:
            await bus.call(Greet(name="gone?"), 0.2)
        except CallTimedOut:
            return


# -- events


def frame(n: int) -> Frame:
    return Frame(
        "a" * 24, "5" * 32, n, 1_800_000_000_000, msgspec.Raw(b'[[2,1800000000000,"https://s.example/"]]')
    )


async def test_a_plain_nameko_event_handler_receives_the_edges_frames(bus: Bus, open_shop: Service) -> None:
    n = time.time_ns() % 2**50
    await bus.tell(Frames(frames=[frame(n), frame(n + 1)]))

    async def received() -> object:
        events = [event for event in await bus.call(calls.Received()) if event["frames"][0][2] == n]
        if not events:
            raise BrokerDown
        return events

    expected = ["a" * 24, "5" * 32, n, 1_800_000_000_000, [[2, 1_800_000_000_000, "https://s.example/"]], ""]
    second = [*expected[:2], n + 1, *expected[3:]]
    assert await until_answered(received) == [{"frames": [expected, second]}]


async def test_an_event_told_by_plain_nameko_is_heard_by_every_listener(
    broker: Stack, open_shop: Service
) -> None:
    heard: list[str] = []
    one, two = Bus(broker.amqp_uri()), Bus(broker.amqp_uri())
    one.listen(Sold, lambda event: heard.append(f"one {event.what}"))
    one.listen(Sold, lambda event: heard.append(f"also {event.what}"))
    two.listen(Sold, lambda event: heard.append(f"two {event.what}"))
    async with connected(one), connected(two):
        await one.call(calls.Sell(what="book"))
        await until(lambda: len(heard) == 3)
    assert sorted(heard) == ["also book", "one book", "two book"]


async def test_an_event_nobody_takes_is_an_error_not_a_loss(bus: Bus) -> None:
    with within(1.0), pytest.raises(ServiceUnknown):
        await bus.tell(calls.Unheard())


async def test_each_message_gets_its_own_confirm(broker: Stack) -> None:
    bus = Bus(broker.amqp_uri())
    heard: list[str] = []
    bus.listen(TicketRedeemed, lambda event: heard.append(event.ticket))
    async with connected(bus):
        told = [
            bus.tell(TicketRedeemed(ticket=str(n), expires=0) if n % 3 else calls.Unheard(number=n))
            for n in range(600)
        ]
        results = await asyncio.gather(*told, return_exceptions=True)
        assert [type(result) for result in results] == [
            type(None) if n % 3 else ServiceUnknown for n in range(600)
        ]
        await until(lambda: len(heard) == 400)
        assert heard == [str(n) for n in range(600) if n % 3]
        assert not bus._confirms
        assert not bus._returned


async def test_a_message_that_cannot_be_sent_shifts_no_other_confirm(bus: Bus) -> None:
    with pytest.raises(BrokerDown):
        await bus.publish("edge.events", "k" * 300, b"{}")
    with pytest.raises(ServiceUnknown):
        await bus.tell(calls.Unheard())


async def test_an_event_that_cannot_be_read_or_handled_breaks_nothing(
    broker: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    bus = Bus(broker.amqp_uri())
    heard: list[int] = []

    def react(event: ConfigChanged) -> None:
        heard.append(event.config.version)
        if event.config.version == 1:
            raise ZeroDivisionError

    bus.listen(ConfigChanged, react)
    connections = 0

    def count() -> None:
        nonlocal connections
        connections += 1

    bus.on_connected(count)
    async with connected(bus):
        good = [msgspec.json.encode(ConfigChanged(config=AppConfig(app="a", version=v))) for v in (1, 2)]
        publish(broker, "config.events", "changed", [b"not json", b"\xff\x00", b'{"config": 1}', b"", *good])
        await until(lambda: heard == [1, 2])
        assert bus.connected
    assert connections == 1
    assert caplog.text.count("event config.events/changed could not be handled") == 5


def publish(broker: Stack, exchange: str, key: str, bodies: list[bytes]) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(broker.amqp_uri()))
    channel = connection.channel()
    channel.confirm_delivery()
    for body in bodies:
        channel.basic_publish(exchange, key, body, mandatory=True)
    connection.close()


async def test_a_message_the_broker_does_not_take_fails_and_the_bus_goes_on(bus: Bus) -> None:
    with within(5.0), pytest.raises(BrokerDown):
        await bus.publish("edge.events", "unheard", b" " * 17_000_000)
    await until(lambda: bus.connected)
    with pytest.raises(ServiceUnknown):
        await bus.tell(calls.Unheard())


# -- the broker away


async def test_without_a_broker_calls_and_events_fail_at_once() -> None:
    bus = Bus("amqp://guest:guest@127.0.0.1:9/")
    await bus.start()
    with within(0.5), pytest.raises(BrokerDown):
        await bus.call(Greet(name="x"))
    with within(0.5), pytest.raises(BrokerDown):
        await bus.tell(calls.Unheard())
    await bus.stop()


async def test_stopping_the_bus_ends_what_is_under_way(broker: Stack, open_shop: Service) -> None:
    bus = Bus(broker.amqp_uri())
    async with connected(bus):
        calling = asyncio.create_task(bus.call(calls.Sleep(seconds=2)))
        await until(lambda: bus._calls)
    with within(0.5), pytest.raises(BrokerDown):
        await calling
    assert not bus.connected


async def test_a_stopped_broker_is_told_at_once_and_found_again(
    broker: Stack, open_shop: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bus = Bus(broker.amqp_uri())
    heard: list[str] = []
    hooks: list[float] = []
    bus.listen(Sold, lambda event: heard.append(event.what))
    bus.on_connected(lambda: hooks.append(time.monotonic()))
    async with connected(bus):
        under_way = asyncio.create_task(bus.call(calls.Sleep(seconds=60), 60))
        await until(lambda: bus._calls)
        await asyncio.to_thread(broker.stop, "broker")
        with within(2.0), pytest.raises(BrokerDown):
            await under_way
        await until(lambda: not bus.connected)
        with within(0.2), pytest.raises(BrokerDown):
            await bus.call(Greet(name="x"))
        for pause in (0.2, 0.4, 0.8, 1.6):
            await until(lambda pause=pause: f"again in {pause} s" in caplog.text)  # type: ignore[misc]
        await asyncio.to_thread(broker.start, "broker")
        await until(lambda: bus.connected)
        assert len(hooks) == 2

        async def sell_again() -> calls.Said:
            # Plain Nameko may end when its broker goes, at once or while it connects again; ours is the bus.
            if open_shop.dead:
                open_shop.start()
            return await bus.call(calls.Sell(what="again"), 2)

        await until_answered(sell_again)
        await until(lambda: "again" in heard)


async def test_a_broker_killed_while_confirms_are_pending_fails_them_all_promptly(broker: Stack) -> None:
    bus = Bus(broker.amqp_uri())
    bus.listen(TicketRedeemed, lambda _: None)
    async with connected(bus):
        pid = broker.pid("broker")
        assert pid is not None
        os.killpg(pid, signal.SIGSTOP)  # frozen, it confirms nothing
        pending = [bus.publish("edge.events", "redeemed", b'{"ticket":"t","expires":0}') for _ in range(500)]
        calling = asyncio.create_task(bus.call(calls.AskNobody(), 60))
        await until(lambda: bus._calls)
        assert not any(confirm.done() for confirm in pending)
        await asyncio.to_thread(broker.kill, "broker")
        with within(2.0):
            results = await asyncio.gather(*pending, calling, return_exceptions=True)
        assert {type(result) for result in results} == {BrokerDown}
        assert not bus.connected
        await asyncio.to_thread(broker.start, "broker")
        await until(lambda: bus.connected)
        await bus.tell(TicketRedeemed(ticket="t", expires=0))


async def test_a_connection_the_broker_still_believes_in_does_not_hinder_the_next(broker: Stack) -> None:
    async with proxied(broker.ports.broker) as proxy:
        bus = Bus(broker.amqp_uri().replace(f":{broker.ports.broker}/", f":{proxy.port}/"))
        bus.listen(TicketRedeemed, lambda _: None)
        connections: list[float] = []
        bus.on_connected(lambda: connections.append(time.monotonic()))
        async with connected(bus):
            proxy.cut()
            with within(5.0):
                await until(lambda: len(connections) == 2)
            await bus.tell(TicketRedeemed(ticket="t", expires=0))


async def test_a_broker_short_of_memory_makes_calls_fail_at_once_and_events_wait(
    broker: Stack, open_shop: Service
) -> None:
    bus = Bus(broker.amqp_uri())
    bus.listen(TicketRedeemed, lambda _: None)
    async with connected(bus):
        assert not bus.blocked
        await asyncio.to_thread(broker.broker.control, "set_vm_memory_high_watermark", "0.00001")
        try:
            waiting = asyncio.create_task(bus.tell(TicketRedeemed(ticket="t", expires=0)))
            await until(lambda: bus.blocked)
            assert bus.connected
            with within(0.5), pytest.raises(BrokerDown) as blocked:
                await bus.call(Greet(name="x"))
            assert "short of memory" in str(blocked.value)
            assert not waiting.done()
        finally:
            limit = ("set_vm_memory_high_watermark", "absolute", "384MiB")
            await asyncio.to_thread(broker.broker.control, *limit)
        await until(lambda: not bus.blocked)
        await asyncio.wait_for(waiting, 10)
        assert await bus.call(Greet(name="Ada")) == Said("hello Ada")
