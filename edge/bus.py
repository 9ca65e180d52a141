"""Nameko's RPC and events, spoken over pika's AsyncioConnection.

    call(request)        -> the answer, or the refusal the service raised, within a time-out
    tell(event)          -> returns when the broker confirmed; a batch nobody would receive is an error, not a loss
    listen(Event, react) -> every edge hears every such event while it is connected

The bus connects by itself and again with back-off. Whatever was under way when the connection broke ends at once with
BrokerDown: nothing hangs, and what was not confirmed is the caller's to send again.
"""

import asyncio
import contextlib
import itertools
import logging
import uuid
from collections.abc import Callable
from typing import Any, TypeVar, get_args

import msgspec
import pika
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.channel import Channel
from pika.exceptions import AMQPError

from services.contracts.errors import (
    BY_NAME,
    BrokerDown,
    CallTimedOut,
    InvalidInput,
    ServiceFailed,
    ServiceUnknown,
)
from services.contracts.messages import Call, Event, RemoteError, Reply

log = logging.getLogger(__name__)

R = TypeVar("R")
E = TypeVar("E", bound=Event)
F = TypeVar("F")

RPC_EXCHANGE = "nameko-rpc"
JSON = {"content_type": "application/json", "content_encoding": "utf-8"}
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""seconds between attempts to connect"""
SETUP_TIME_OUT = 15.0
"""seconds from opening the connection to being ready"""

_encode = msgspec.json.Encoder().encode


class Bus:
    def __init__(self, uri: str, name: str = "edge") -> None:
        self._parameters = pika.URLParameters(uri)
        self._parameters.heartbeat = 30
        self._parameters.client_properties = {"connection_name": name}
        self._name = name
        self._numbers = itertools.count(1)
        self._listeners: dict[
            tuple[str, str], list[tuple[msgspec.json.Decoder[Any], Callable[[Any], None]]]
        ] = {}
        self._connected_hooks: list[Callable[[], None]] = []
        self._decoders: dict[Any, msgspec.json.Decoder[Reply[Any]]] = {}
        self._connecting: asyncio.Task[None] | None = None
        self._lost: asyncio.Future[object] | None = None
        self._once_connected = asyncio.Event()
        self._forget()

    def _forget(self) -> None:
        # Anew for every connection: the broker may not know yet that the last one is gone, with its exclusive queues.
        self._identity = uuid.uuid4().hex
        self._connection: AsyncioConnection | None = None
        self._rpc: Channel | None = None
        self._events: Channel | None = None
        self._calls: dict[str, asyncio.Future[bytes]] = {}
        self._confirms: dict[int, asyncio.Future[None]] = {}
        self._returned: set[int] = set()
        self._published = 0
        self._blocked = False

    @property
    def connected(self) -> bool:
        """Ready to call and tell."""
        return self._events is not None

    @property
    def blocked(self) -> bool:
        """The broker takes no messages for now: it is short of memory or disk."""
        return self._blocked

    def listen(self, event: type[E], react: Callable[[E], None]) -> None:
        """Have `react` called with every `event` from now on; only before `start`."""
        reactions = self._listeners.setdefault((f"{event.source()}.events", event.type()), [])
        reactions.append((msgspec.json.Decoder(event), react))

    def on_connected(self, hook: Callable[[], None]) -> None:
        """Have `hook` called at every new connection: events told before it were missed."""
        self._connected_hooks.append(hook)

    async def start(self, patience: float = 0.0) -> None:
        """Begin to connect; returns when connected, after `patience` seconds at the latest."""
        self._connecting = asyncio.create_task(self._stay_connected())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._once_connected.wait()

    async def stop(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._connection is not None and self._lost is not None and not self._lost.done():
            if not self._connection.is_closing:
                self._connection.close()
            await asyncio.wait([self._lost], timeout=2)
        self._fail_all("the edge stops")

    async def call(self, request: Call[R], time_out: float = 5.0) -> R:
        """Ask the service that owns `request`.

        Raises:
            Refused: what the service raised, by its own class; where there was no answer ServiceUnknown, ServiceFailed,
                CallTimedOut or BrokerDown.
        """
        body = _encode({"args": [], "kwargs": request})
        returns = type(request).returns()
        reply: Reply[R] = await self.request(request.address, body, returns, time_out, request.headers())
        if reply.result is None and type(None) not in get_args(returns):
            raise ServiceFailed(f"{request.address} answered nothing")
        return reply.result  # type: ignore[return-value]  # R itself may be None

    async def request(
        self,
        address: str,
        body: bytes,
        returns: Any,
        time_out: float = 5.0,
        headers: dict[str, str] | None = None,
    ) -> Reply[Any]:
        """`call` for an address that has no Call of its own. Any: the type the answer is decoded into."""
        if self._rpc is None:
            raise BrokerDown("the message broker cannot be reached", retry_after=1)
        if self._blocked:
            # It reads nothing from this connection now, so the call would only time out.
            raise BrokerDown("the message broker is short of memory or disk", retry_after=5)
        correlation_id = str(next(self._numbers))
        answer = self._calls[correlation_id] = asyncio.get_running_loop().create_future()
        try:
            self._rpc.basic_publish(
                RPC_EXCHANGE,
                address,
                body,
                pika.BasicProperties(
                    reply_to=self._identity,
                    correlation_id=correlation_id,
                    expiration=str(int(time_out * 1000)),
                    delivery_mode=1,
                    headers=headers,
                    **JSON,
                ),
                mandatory=True,
            )
            async with asyncio.timeout(time_out):
                raw = await answer
        except TimeoutError as error:
            raise CallTimedOut(f"{address} did not answer within {time_out:g} s") from error
        except AMQPError as error:
            raise BrokerDown("the message broker cannot be reached", retry_after=1) from error
        finally:
            self._calls.pop(correlation_id, None)
        decoder = self._decoders.get(returns)
        if decoder is None:
            decoder = self._decoders[returns] = msgspec.json.Decoder(Reply[returns])
        try:
            reply = decoder.decode(raw)
        except msgspec.MsgspecError as error:
            raise ServiceFailed(f"{address} answered what cannot be read") from error
        if reply.error is not None:
            raise _raised(reply.error, address)
        return reply

    async def tell(self, event: Event) -> None:
        """Publish, persistent, and wait for the broker's confirm.

        Raises:
            BrokerDown: not confirmed; it may or may not have arrived, so tell it again.
            ServiceUnknown: no queue takes it yet, because no listener was ever started.
        """
        await self.publish(f"{event.source()}.events", event.type(), _encode(event))

    def publish(self, exchange: str, key: str, body: bytes) -> asyncio.Future[None]:
        """`tell` for a body encoded already: a future that is done with the confirm."""
        confirm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._events is None:
            confirm.set_exception(BrokerDown("the message broker cannot be reached", retry_after=1))
            return confirm
        tag = self._published + 1
        properties = pika.BasicProperties(delivery_mode=2, message_id=str(tag), **JSON)
        try:
            self._events.basic_publish(exchange, key, body, properties, mandatory=True)
        except AMQPError:
            confirm.set_exception(BrokerDown("the message broker cannot be reached", retry_after=1))
            return confirm
        # The broker counts what it was sent: only that counts here.
        self._published = tag
        self._confirms[tag] = confirm
        return confirm

    async def _stay_connected(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                self._lost = lost = asyncio.get_running_loop().create_future()
                async with asyncio.timeout(SETUP_TIME_OUT):
                    await self._connect(lost)
            except (AMQPError, OSError, TimeoutError, BrokerDown) as error:
                log.warning("broker: cannot connect (%s); again in %.1f s", error, pause)
                self._abandon()
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            except Exception:
                # Whatever it is, nothing else would ever connect again.
                log.exception("broker: cannot connect; again in %.1f s", LONGEST_PAUSE)
                self._abandon()
                await asyncio.sleep(LONGEST_PAUSE)
                continue
            log.info("broker: connected")
            pause = FIRST_PAUSE
            # `stop` cancels this task, and still waits for the connection's end.
            cause = await asyncio.shield(lost)
            log.warning("broker: connection lost: %r", cause)
            self._fail_all("the connection to the message broker broke")

    def _abandon(self) -> None:
        if self._connection is not None and not (self._connection.is_closed or self._connection.is_closing):
            self._connection.close()
        self._fail_all("the message broker cannot be reached")

    def _fail_all(self, reason: str) -> None:
        calls, confirms = self._calls, self._confirms
        self._forget()
        for future in itertools.chain[asyncio.Future[Any]](calls.values(), confirms.values()):
            if not future.done():
                future.set_exception(BrokerDown(reason, retry_after=1))

    async def _connect(self, lost: asyncio.Future[object]) -> None:
        loop = asyncio.get_running_loop()
        opened: asyncio.Future[AsyncioConnection] = loop.create_future()

        def on_lost(_: object, error: object) -> None:
            _give(lost, error)

        self._connection = AsyncioConnection(
            self._parameters,
            on_open_callback=lambda connection: _give(opened, connection),
            on_open_error_callback=on_lost,
            on_close_callback=on_lost,
            custom_ioloop=loop,
        )
        connection = await self._unless_lost(opened)
        connection.add_on_connection_blocked_callback(lambda *_: setattr(self, "_blocked", True))
        connection.add_on_connection_unblocked_callback(lambda *_: setattr(self, "_blocked", False))
        rpc = await self._open_channel(connection)
        await self._receive_replies(rpc)
        await self._receive_events(rpc)
        events = await self._open_channel(connection)
        await self._done(events.exchange_declare, f"{self._name}.events", "topic", durable=True)
        events.add_on_return_callback(self._on_event_returned)
        await self._done(events.confirm_delivery, self._on_confirm)
        self._rpc, self._events = rpc, events
        self._once_connected.set()
        for hook in self._connected_hooks:
            hook()

    async def _open_channel(self, connection: AsyncioConnection) -> Channel:
        opened: asyncio.Future[Channel] = asyncio.get_running_loop().create_future()
        connection.channel(on_open_callback=lambda channel: _give(opened, channel))
        channel = await self._unless_lost(opened)
        # A closed channel takes its confirms with it: begin anew as if the connection had broken.
        channel.add_on_close_callback(lambda *_: connection.is_open and connection.close())
        return channel

    async def _unless_lost(self, future: asyncio.Future[Any]) -> Any:  # Any: whatever the future brings
        assert self._lost is not None
        await asyncio.wait([future, self._lost], return_when=asyncio.FIRST_COMPLETED)
        if not future.done():
            raise BrokerDown(repr(self._lost.result())[:200])
        return future.result()

    async def _done(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Call one of pika's methods and wait for its callback. Any: pika's methods differ."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        method(*args, **kwargs, callback=lambda _: _give(done, None))
        await self._unless_lost(done)

    async def _receive_replies(self, channel: Channel) -> None:
        queue = f"rpc.reply-{self._name}-{self._identity}"
        await self._done(channel.exchange_declare, RPC_EXCHANGE, "topic", durable=True)
        await self._done(channel.queue_declare, queue, exclusive=True, auto_delete=True)
        await self._done(channel.queue_bind, queue, RPC_EXCHANGE, self._identity)
        channel.add_on_return_callback(self._on_call_returned)
        await self._done(channel.basic_consume, queue, self._on_reply, auto_ack=True)

    async def _receive_events(self, channel: Channel) -> None:
        queue = f"evt--{self._name}-{self._identity}"
        await self._done(channel.queue_declare, queue, exclusive=True, auto_delete=True)
        for exchange, kind in self._listeners:
            await self._done(channel.exchange_declare, exchange, "topic", durable=True)
            await self._done(channel.queue_bind, queue, exchange, kind)
        await self._done(channel.basic_consume, queue, self._on_event, auto_ack=True)

    def _on_reply(self, _: Channel, __: object, properties: pika.BasicProperties, body: bytes) -> None:
        answer = self._calls.get(properties.correlation_id or "")
        if answer is not None and not answer.done():
            answer.set_result(body)

    def _on_call_returned(self, _: Channel, method: Any, properties: pika.BasicProperties, __: bytes) -> None:
        answer = self._calls.get(properties.correlation_id or "")
        if answer is not None and not answer.done():
            answer.set_exception(ServiceUnknown(f"no service answers {method.routing_key}", retry_after=5))

    def _on_event(self, _: Channel, method: Any, __: object, body: bytes) -> None:
        for decoder, react in self._listeners.get((method.exchange, method.routing_key), ()):
            try:
                react(decoder.decode(body))
            except Exception:
                # One event that cannot be read or handled must not end the connection for all others.
                log.exception("event %s/%s could not be handled", method.exchange, method.routing_key)

    def _on_event_returned(self, _: Channel, __: Any, properties: pika.BasicProperties, ___: bytes) -> None:
        self._returned.add(int(properties.message_id or 0))

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        last = method.delivery_tag
        # Confirms of one channel are kept in the order of publishing, so `multiple` ends at the first later tag.
        tags = (
            list(itertools.takewhile(lambda tag: tag <= last, self._confirms)) if method.multiple else [last]
        )
        for tag in tags:
            confirm = self._confirms.pop(tag, None)
            returned = tag in self._returned
            self._returned.discard(tag)
            if confirm is None or confirm.done():
                continue
            if isinstance(method, pika.spec.Basic.Nack):
                confirm.set_exception(BrokerDown("the message broker refused the message", retry_after=1))
            elif returned:
                confirm.set_exception(ServiceUnknown("no service takes this event yet", retry_after=1))
            else:
                confirm.set_result(None)


def _give(future: asyncio.Future[F], result: F) -> None:
    if not future.done():
        future.set_result(result)


def _raised(error: RemoteError, address: str) -> Exception:
    if (refusal := BY_NAME.get(error.exc_type)) is not None:
        return refusal.again(error.exc_args)
    if error.exc_type == "MethodNotFound":
        return ServiceUnknown(f"{address} does not exist")
    if error.exc_type in ("IncorrectSignature", "MalformedRequest"):
        return InvalidInput(error.value)
    log.error("%s failed: %s: %s", address, error.exc_type, error.value)
    return ServiceFailed(f"{address} failed")
