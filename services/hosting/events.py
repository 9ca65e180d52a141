"""Events: `Tell` tells one, `@listen(ConfigChanged)` handles one, and no event is lost when a handler fails.

    {source}.events --type--> evt-{source}-{type}--{service}.{method} --> handler
                                   ^                                        | raises
                                   |  after 1, 5, 25, 125 s                 v
                                   '--------- retry.{seconds}s <------------+--> dead-letters (the fifth time, or unreadable)

The queues are Nameko's own; a retried message goes back by the default exchange to the queue it failed in, so other
listeners do not see it again. It is acked only when its copy is confirmed. Handlers must be idempotent: delivery is at least once.
"""

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from kombu import Exchange, Queue
from nameko.amqp.publish import Publisher, get_producer
from nameko.events import SERVICE_POOL, EventHandler
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import DependencyProvider
from nameko.standalone.events import get_event_exchange

from services.contracts.messages import Event
from services.hosting.consumer import RawQueueConsumer
from services.hosting.wire import CONTENT_TYPE

log = logging.getLogger(__name__)

BACK_OFF = (1, 5, 25, 125)
"""seconds before each further try"""
DEAD_LETTERS = "dead-letters"
TRIES_HEADER = "x-datalab-tries"
QUEUE_HEADER = "x-datalab-queue"
ERROR_HEADER = "x-datalab-error"


def _retry_queue(seconds: int) -> Queue:
    name = f"retry.{seconds}s"
    return Queue(
        name,
        exchange=Exchange(name, type="fanout", durable=True),
        durable=True,
        queue_arguments={"x-message-ttl": seconds * 1000, "x-dead-letter-exchange": ""},
    )


def _send_on(amqp_uri: str, message: Any, queue: Queue, routing_key: str, headers: dict[str, object]) -> None:
    with get_producer(amqp_uri) as producer:
        producer.publish(
            message.body,
            content_type=message.content_type,
            content_encoding=message.content_encoding,
            exchange=queue.exchange or "",
            routing_key=routing_key,
            headers={**message.headers, **headers},
            delivery_mode=2,
            declare=[queue],
            retry=True,
            retry_policy={"max_retries": 3},
        )


class ReliableEventHandler(EventHandler):
    queue_consumer = RawQueueConsumer()

    def __init__(self, event: type[Event], handler_type: str = SERVICE_POOL, **kwargs: Any) -> None:
        self.event = event
        self.decoder = msgspec.json.Decoder(event)
        super().__init__(
            event.source(),
            event.type(),
            handler_type=handler_type,
            reliable_delivery=handler_type == SERVICE_POOL,
            **kwargs,
        )

    def handle_message(self, body: None, message: Any) -> None:
        try:
            if message.content_type != CONTENT_TYPE:
                raise msgspec.DecodeError(f"content type {message.content_type!r}, expected {CONTENT_TYPE}")
            event = self.decoder.decode(message.body)
        except msgspec.MsgspecError as error:
            self._park(message, error)
            return
        try:
            self.container.spawn_worker(
                self,
                (event,),
                {},
                context_data=self.unpack_message_headers(message),
                handle_result=lambda worker, result, exc_info: self.handle_result(message, worker, result, exc_info),
            )
        except ContainerBeingKilled:
            self.queue_consumer.requeue_message(message)

    def handle_message_processed(self, message: Any, result: Any = None, exc_info: Any = None) -> None:
        if exc_info is None:
            self.queue_consumer.ack_message(message)
            return
        tries = int(message.headers.get(TRIES_HEADER, 0))
        if tries >= len(BACK_OFF):
            self._park(message, exc_info[1])
            return
        queue = _retry_queue(BACK_OFF[tries])
        log.warning("%s failed, again in %d s: %r", self.queue.name, BACK_OFF[tries], exc_info[1])
        self._hand_over(message, queue, self.queue.name, {TRIES_HEADER: tries + 1})

    def _park(self, message: Any, error: BaseException) -> None:
        log.error("%s parked a message in %s: %r", self.queue.name, DEAD_LETTERS, error)
        headers = {QUEUE_HEADER: self.queue.name, ERROR_HEADER: repr(error)[:500]}
        self._hand_over(message, Queue(DEAD_LETTERS, durable=True), DEAD_LETTERS, headers)

    def _hand_over(self, message: Any, queue: Queue, routing_key: str, headers: dict[str, object]) -> None:
        try:
            _send_on(self.container.config["AMQP_URI"], message, queue, routing_key, headers)
        except Exception as error:
            # Not acked: the broker gives it again when it is back.
            log.warning("%s could not hand a message over to %s: %r", self.queue.name, queue.name, error)
            self.queue_consumer.requeue_message(message)
            return
        self.queue_consumer.ack_message(message)


listen = ReliableEventHandler.decorator


class Tell(DependencyProvider):
    """Gives `tell(event)`: persistent, returns when the broker confirmed.

    Only the service that owns a fact may tell it.
    """

    def setup(self) -> None:
        self.exchange = get_event_exchange(self.container.service_name, self.container.config)
        self.publisher = Publisher(
            self.container.config["AMQP_URI"], serializer="json", exchange=self.exchange, declare=[self.exchange]
        )

    def get_dependency(self, worker_ctx: object) -> Callable[[Event], None]:
        return self.tell

    def tell(self, event: Event) -> None:
        if event.source() != self.container.service_name:
            raise ValueError(f"{self.container.service_name} told {event.address}, which {event.source()} owns")
        self.publisher.publish(event, routing_key=event.type())
