"""Asking another service: `calls = Calls()` gives `self.calls(GetUser(user=…)) -> User`.

Nameko's own proxy waits for ever; here a call ends after its time-out, in the queue (`expiration`) as well as at the caller.
Refusals of the other service are raised as the classes they were.
"""

import uuid
from typing import Any, TypeVar

import eventlet
import msgspec
from eventlet.event import Event as Waiter
from kombu.exceptions import OperationalError
from nameko.amqp.publish import Publisher, UndeliverableMessage
from nameko.extensions import DependencyProvider
from nameko.rpc import ReplyListener, get_rpc_exchange

from services.contracts.errors import BY_NAME, BrokerDown, CallTimedOut, ServiceFailed, ServiceUnknown
from services.contracts.messages import Call, RemoteError, Reply
from services.hosting.consumer import RawQueueConsumer

R = TypeVar("R")

TIME_OUT = 5.0
"""seconds"""


def raised(error: RemoteError, address: str) -> Exception:
    """The exception a service's error stands for."""
    if (refusal := BY_NAME.get(error.exc_type)) is not None:
        return refusal(*error.exc_args[:3])
    return ServiceFailed(f"{address} failed: {error.exc_type}")


class RawReplyListener(ReplyListener):
    queue_consumer = RawQueueConsumer()

    def handle_message(self, body: None, message: Any) -> None:
        super().handle_message(message.body, message)

    def forget(self, correlation_id: str) -> None:
        self._reply_events.pop(correlation_id, None)


class Calls(DependencyProvider):
    replies = RawReplyListener()

    def setup(self) -> None:
        self.publisher = Publisher(
            self.container.config["AMQP_URI"],
            serializer="json",
            exchange=get_rpc_exchange(self.container.config),
            mandatory=True,
            expiration=TIME_OUT,
            delivery_mode=1,
        )
        self.decoders: dict[type[Call[Any]], msgspec.json.Decoder[Reply[Any]]] = {}

    def get_dependency(self, worker_ctx: object) -> Any:  # Any: Callable cannot say Call[R] -> R
        return self.call

    def call(self, request: Call[R]) -> R:
        """Raises what the service refused with, ServiceUnknown, CallTimedOut, BrokerDown or ServiceFailed."""
        decoder = self.decoders.get(type(request))
        if decoder is None:
            decoder = self.decoders[type(request)] = msgspec.json.Decoder(Reply[request.returns()])  # type: ignore[misc]
        correlation_id = uuid.uuid4().hex
        answer: Waiter = self.replies.get_reply_event(correlation_id)
        try:
            with eventlet.Timeout(TIME_OUT):
                self.publisher.publish(
                    {"args": [], "kwargs": request},
                    routing_key=request.address,
                    reply_to=self.replies.routing_key,
                    correlation_id=correlation_id,
                )
                body = answer.wait()
        except UndeliverableMessage as error:
            raise ServiceUnknown(f"no service answers {request.address}") from error
        except OperationalError as error:
            raise BrokerDown("the message broker cannot be reached") from error
        except eventlet.Timeout as error:
            raise CallTimedOut(f"{request.address} did not answer within {TIME_OUT:g} s") from error
        finally:
            self.replies.forget(correlation_id)
        reply: Reply[R] = decoder.decode(body)
        if reply.error is not None:
            raise raised(reply.error, request.address)
        return reply.result  # type: ignore[return-value]  # R itself may be None
