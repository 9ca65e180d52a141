"""Events: `Tell` tells one, `@listen(ConfigChanged)` handles one, and no event is lost when a handler fails.

    {source}.events --type--> evt-{source}-{type}--{service}.{method} --> handler
                                   ^                                        | raises
                                   |  after 1, 5, 25, 125 s                 v
                                   '--------- retry.{seconds}s <------------+--> dead-letters

The queues are Nameko's own; a retried message goes back by the default exchange to the queue it failed in, so
other listeners do not see it again. What failed five times or cannot be read is parked in `dead-letters`, and so
is what a handler says will never succeed (Unprocessable). A message is acked only when its copy is confirmed.
Handlers must be idempotent: delivery is at least once. `make dead-letters` lists, shows and replays.
"""

import logging
from collections.abc import Sequence
from typing import Any

import eventlet
import msgspec
from kombu.entity import Exchange, Queue
from nameko.events import SERVICE_POOL, EventHandler
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import DependencyProvider
from nameko.standalone.events import get_event_exchange

from services.contracts.errors import Unreachable
from services.contracts.messages import Event
from services.hosting.consumer import NamekoHeaders, RawQueueConsumer
from services.hosting.publishing import Publishing
from services.hosting.queues import queue_type, replicate
from services.hosting.shares import share_of
from services.hosting.wire import CONTENT_TYPE, as_bytes

log = logging.getLogger(__name__)

BACK_OFF: tuple[float, ...] = (1, 5, 25, 125)
"""seconds before each further try"""
HAND_OVER_PAUSE = 1.0
"""seconds before the broker is asked to give a message again that could not be handed over"""
DEAD_LETTERS = "dead-letters"
TRIES_HEADER = "x-datalab-tries"
QUEUE_HEADER = "x-datalab-queue"
ERROR_HEADER = "x-datalab-error"

# Any, here: kombu and Nameko are untyped.


class Unprocessable(Exception):
    """Raised by a handler that has done all that can be done with its event: these, the rest of it, are parked in its
    place, each with its reason.
    """

    def __init__(self, rest: Sequence[tuple[Event, str]]) -> None:
        super().__init__(f"{len(rest)} parts: {rest[0][1]}")
        self.rest = rest


def _retry_queue(seconds: float) -> Queue:
    name = f"retry.{seconds:g}s"
    return Queue(
        name,
        exchange=Exchange(name, type="fanout", durable=True),
        durable=True,
        queue_arguments={"x-message-ttl": int(seconds * 1000), "x-dead-letter-exchange": ""},
    )


def _tries(message: Any) -> int:
    tries = message.headers.get(TRIES_HEADER, 0)
    return tries if isinstance(tries, int) else 0


class ReliableEventHandler(NamekoHeaders, EventHandler):
    """`prefetch`: how many of its events one process takes at once (default: as many as it has workers)."""

    queue_consumer = RawQueueConsumer()

    def __init__(
        self, event: type[Event], handler_type: str = SERVICE_POOL, prefetch: int | None = None, **kwargs: Any
    ) -> None:
        self.event = event
        self.prefetch = prefetch
        self.decoder = msgspec.json.Decoder(event)
        super().__init__(
            event.source(),
            event.type(),
            handler_type=handler_type,
            reliable_delivery=handler_type == SERVICE_POOL,
            **kwargs,
        )

    def setup(self) -> None:
        self.publishing = Publishing(self.container.config["AMQP_URI"])
        self.queue_type = queue_type(self.container.config)
        super().setup()
        replicate(share_of(self.container.config).own(self.queue), self.queue_type)

    def handle_message(self, body: None, message: Any) -> None:
        try:
            if message.content_type != CONTENT_TYPE:
                raise msgspec.DecodeError(f"content type {message.content_type!r}, expected {CONTENT_TYPE}")
            event = self.decoder.decode(message.body)
        except (msgspec.MsgspecError, UnicodeError) as error:
            self._park(message, error)
            return
        try:
            self.container.spawn_worker(
                self,
                (event,),
                {},
                context_data=self.unpack_message_headers(message),
                handle_result=lambda worker, result, exc_info: self.handle_result(
                    message, worker, result, exc_info
                ),
            )
        except ContainerBeingKilled:
            self.queue_consumer.requeue_message(message)

    def handle_message_processed(self, message: Any, result: Any = None, exc_info: Any = None) -> None:
        if exc_info is None:
            self.queue_consumer.ack_message(message)
            return
        if isinstance(exc_info[1], Unprocessable):
            self._park_rest(message, exc_info[1])
            return
        tries = _tries(message)
        if tries >= len(BACK_OFF):
            self._park(message, exc_info[1])
            return
        queue = replicate(_retry_queue(BACK_OFF[tries]), self.queue_type)
        log.warning("%s failed, again in %g s: %r", self.queue.name, BACK_OFF[tries], exc_info[1])
        self._hand_over(message, queue, self.queue.name, {TRIES_HEADER: tries + 1})

    def _park(self, message: Any, error: BaseException) -> None:
        log.error("%s parked a message in %s: %r", self.queue.name, DEAD_LETTERS, error)
        headers = {QUEUE_HEADER: self.queue.name, ERROR_HEADER: repr(error)[:500]}
        self._hand_over(message, self._dead_letters, DEAD_LETTERS, headers)

    @property
    def _dead_letters(self) -> Queue:
        return replicate(Queue(DEAD_LETTERS, durable=True), self.queue_type)

    def _park_rest(self, message: Any, error: Unprocessable) -> None:
        for event, why in error.rest:
            log.error("%s parked a part of a message in %s: %s", self.queue.name, DEAD_LETTERS, why)
            try:
                self.publishing.publish(
                    event,
                    "",
                    DEAD_LETTERS,
                    headers={QUEUE_HEADER: self.queue.name, ERROR_HEADER: why[:500]},
                    declare=[self._dead_letters],
                    mandatory=True,
                )
            except Unreachable as unreachable:
                self._ask_again(message, DEAD_LETTERS, unreachable)
                return
        self.queue_consumer.ack_message(message)

    def _hand_over(self, message: Any, queue: Queue, routing_key: str, headers: dict[str, object]) -> None:
        # What says how the message came here does not say how it goes on; a body that could be read is decompressed.
        gone = {"x-death"} if message.errors else {"x-death", "compression"}
        kept = {key: value for key, value in message.headers.items() if key not in gone}
        try:
            self.publishing.publish(
                as_bytes(message.body),
                queue.exchange or "",
                routing_key,
                content_type=message.content_type,
                content_encoding=message.content_encoding,
                headers={**kept, **headers},
                declare=[queue],
                mandatory=True,
            )
        except Unreachable as error:
            self._ask_again(message, queue.name, error)
            return
        self.queue_consumer.ack_message(message)

    def _ask_again(self, message: Any, where: str, error: Unreachable) -> None:
        """Not acked: the broker gives it again."""
        log.warning("%s could not hand a message over to %s: %s", self.queue.name, where, error)
        eventlet.sleep(HAND_OVER_PAUSE)
        self.queue_consumer.requeue_message(message)


listen = ReliableEventHandler.decorator


class Tell(DependencyProvider):
    """`tell = Tell()` gives `self.tell(event)`: persistent, returns when the broker confirmed.

    Only the service that owns a fact may tell it.
    """

    def setup(self) -> None:
        self.publishing = Publishing(self.container.config["AMQP_URI"])
        self.exchange = get_event_exchange(self.container.service_name, self.container.config)

    def get_dependency(self, worker_ctx: object) -> "Tell":
        return self

    def __call__(self, event: Event) -> None:
        """Raises BrokerDown: it may or may not have been told."""
        if event.source() != self.container.service_name:
            raise ValueError(
                f"{self.container.service_name} told {event.address}, which {event.source()} owns"
            )
        self.publishing.publish(event, self.exchange, event.type(), declare=[self.exchange])
