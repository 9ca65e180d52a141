"""The entrypoint of a Call: `@rpc def create(self, request: CreateApp) -> App`.

The request's address must be the service's name and the method's; its fields are the keyword arguments on the
wire. A request that does not fit its Struct is answered with InvalidInput. A request without `reply_to` or
with another content type can't be answered at all: it is dropped with a log line (in plain Nameko it ends the
process, and its successor).
"""

import logging
import sys
from functools import partial
from typing import Any, Generic, TypeVar, get_type_hints

import msgspec
from nameko.exceptions import ContainerBeingKilled
from nameko.rpc import Rpc, RpcConsumer, get_rpc_exchange

from services.contracts.errors import InvalidInput, Refused, ServiceFailed, Unreachable
from services.contracts.messages import Call, Reply
from services.contracts.shares import of_slot
from services.hosting.consumer import NamekoHeaders, RawQueueConsumer
from services.hosting.publishing import TRANSIENT, Publishing
from services.hosting.queues import queue_type, replicate
from services.hosting.shares import share_of
from services.hosting.wire import CONTENT_TYPE, as_bytes, encode, invalid_input, remote_error

log = logging.getLogger(__name__)

K = TypeVar("K")

_PASSED_ON = ("reply_to", "correlation_id", "expiration")

# Any, here: kombu and Nameko are untyped.


class Request(msgspec.Struct, Generic[K]):
    """Nameko's request body."""

    kwargs: K
    args: list[msgspec.Raw] = []


class GuardedRpcConsumer(RpcConsumer):
    queue: Any
    queue_consumer = RawQueueConsumer()

    def setup(self) -> None:
        self.publishing = Publishing(self.container.config["AMQP_URI"])
        self.exchange = get_rpc_exchange(self.container.config)
        self.share = share_of(self.container.config)
        super().setup()
        self.undivided = self.queue.name
        divided = self.share.of_calls(self.container.service_name, self.queue)
        self.queue = replicate(divided, queue_type(self.container.config))

    def declare_first(self, channel: Any) -> None:
        self.share.declare(self.container.service_name, self.undivided, self.exchange, channel)

    def handle_message(self, body: None, message: Any) -> None:
        if not message.properties.get("reply_to") or message.content_type != CONTENT_TYPE:
            log.warning("dropped a request nobody can answer: %s", message.delivery_info.get("routing_key"))
            self.queue_consumer.reject_message(message)
        elif (elsewhere := self.share.elsewhere(message)) is not None:
            self._pass_on(message, elsewhere)
        else:
            super().handle_message(body, message)

    def _pass_on(self, message: Any, slot: int) -> None:
        passed = {name: message.properties[name] for name in _PASSED_ON if name in message.properties}
        address = message.delivery_info.get("routing_key")
        try:
            self.publishing.publish(
                as_bytes(message.body),
                self.exchange,
                address,
                delivery_mode=TRANSIENT,
                headers={**message.headers, **of_slot(slot)},
                **passed,
            )
        except Unreachable as error:
            log.warning("could not pass %s on: %s", address, error)
        self.queue_consumer.ack_message(message)

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        reply = Reply(result, None if exc_info is None else remote_error(exc_info[1]))
        address = message.delivery_info.get("routing_key")
        try:
            answer = encode(reply)
        except (TypeError, ValueError, msgspec.MsgspecError):
            log.exception("%s answered what cannot be encoded", address)
            answer = encode(
                Reply(None, remote_error(ServiceFailed(f"{address} answered what cannot be encoded")))
            )
        try:
            self.publishing.publish(
                answer,
                self.exchange,
                message.properties["reply_to"],
                delivery_mode=TRANSIENT,
                correlation_id=message.properties.get("correlation_id"),
            )
        except Unreachable as error:
            # The request is acked all the same: it was done, and who asked has been told that the broker is down.
            log.warning("could not answer %s: %s", address, error)
        self.queue_consumer.ack_message(message)
        return result, exc_info


class TypedRpc(NamekoHeaders, Rpc):
    rpc_consumer = GuardedRpcConsumer()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(expected_exceptions=Refused, **kwargs)

    def setup(self) -> None:
        function = getattr(self.container.service_cls, self.method_name)
        parameters = [hint for name, hint in get_type_hints(function).items() if name != "return"]
        request = parameters[0] if parameters else None
        address = f"{self.container.service_name}.{self.method_name}"
        if request is not None and (not issubclass(request, Call) or request.address != address):
            raise TypeError(f"{address} takes a {request.__name__}, which is not a Call with that address")
        self.decoder = msgspec.json.Decoder(Request[request or dict[str, Any]])  # type: ignore[misc]
        self.takes_request = request is not None
        super().setup()

    def handle_message(self, body: None, message: Any) -> None:
        try:
            request = self._read(message)
        except InvalidInput:
            self.rpc_consumer.handle_result(message, None, sys.exc_info())
            return
        arguments = (request.kwargs,) if self.takes_request else ()
        try:
            self.container.spawn_worker(
                self,
                arguments,
                {},
                context_data=self.unpack_message_headers(message),
                handle_result=partial(self.handle_result, message),
            )
        except ContainerBeingKilled:
            self.rpc_consumer.requeue_message(message)

    def _read(self, message: Any) -> Request[Any]:
        try:
            request: Request[Any] = self.decoder.decode(message.body)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise invalid_input(error, within="kwargs") from error
        if request.args:
            raise InvalidInput("give the fields by name", field="args")
        return request


rpc = TypedRpc.decorator
