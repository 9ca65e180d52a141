"""Asking another service: `calls = Calls()` gives `self.calls(GetUser(user=…)) -> User`.

Nameko's own proxy waits for ever; here a call ends after its time-out, in the queue (`expiration`) as well as
at the caller. Refusals of the other service are raised as the classes they were.
"""

import uuid
from typing import Any, TypeVar

import eventlet
import msgspec
from eventlet.event import Event as Waiter
from nameko.extensions import DependencyProvider
from nameko.rpc import ReplyListener, get_rpc_exchange

from services.contracts.errors import BY_NAME, CallTimedOut, Refused, ServiceFailed, ServiceUnknown
from services.contracts.messages import Call, RemoteError, Reply
from services.hosting.consumer import RawQueueConsumer
from services.hosting.publishing import TRANSIENT, Publishing
from services.hosting.queues import queue_type, replicate

R = TypeVar("R")

TIME_OUT = 5.0
"""seconds"""


def raised(error: RemoteError, address: str) -> Refused:
    """The exception a service's error stands for."""
    if (refusal := BY_NAME.get(error.exc_type)) is not None:
        return refusal.again(error.exc_args)
    if error.exc_type == "MethodNotFound":
        return ServiceUnknown(f"{address} does not exist")
    return ServiceFailed(f"{address} failed: {error.exc_type}")


class RawReplyListener(ReplyListener):
    queue_consumer = RawQueueConsumer()

    def setup(self) -> None:
        super().setup()
        replicate(self.queue, queue_type(self.container.config))

    def handle_message(self, body: None, message: Any) -> None:  # Any: kombu is untyped
        super().handle_message(message.body, message)

    def forget(self, correlation_id: str) -> None:
        self._reply_events.pop(correlation_id, None)


class Calls(DependencyProvider):
    replies = RawReplyListener()

    def setup(self) -> None:
        self.publishing = Publishing(self.container.config["AMQP_URI"])
        self.exchange = get_rpc_exchange(self.container.config)
        self.decoders: dict[type[Call[Any]], msgspec.json.Decoder[Reply[Any]]] = {}

    def get_dependency(self, worker_ctx: object) -> "Calls":
        return self

    def __call__(self, request: Call[R]) -> R:
        """Raises what the service refused with, ServiceUnknown, CallTimedOut, BrokerDown or ServiceFailed."""
        correlation_id = uuid.uuid4().hex
        answer: Waiter = self.replies.get_reply_event(correlation_id)
        try:
            self.publishing.publish(
                {"args": [], "kwargs": request},
                self.exchange,
                request.address,
                delivery_mode=TRANSIENT,
                declare=[self.exchange],
                mandatory=True,
                expiration=TIME_OUT,
                headers=request.headers(),
                reply_to=self.replies.routing_key,
                correlation_id=correlation_id,
            )
            with eventlet.Timeout(TIME_OUT):
                body = answer.wait()
        except eventlet.Timeout as error:
            raise CallTimedOut(f"{request.address} did not answer within {TIME_OUT:g} s") from error
        finally:
            self.replies.forget(correlation_id)
        return self._read(request, body)

    def _read(self, request: Call[R], body: bytes) -> R:
        kind = type(request)
        decoder = self.decoders.get(kind)
        if decoder is None:
            decoder = self.decoders[kind] = msgspec.json.Decoder(Reply[request.returns()])  # type: ignore[misc]
        try:
            reply: Reply[R] = decoder.decode(body)
        except msgspec.MsgspecError as error:
            raise ServiceFailed(f"{request.address} answered what cannot be read: {error}") from error
        if reply.error is not None:
            raise raised(reply.error, request.address)
        return reply.result  # type: ignore[return-value]  # R itself may be None
