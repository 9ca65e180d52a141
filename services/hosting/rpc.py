"""The entrypoint of a Call: `@rpc def create(self, request: CreateApp) -> App`.

The request's address must be the service's name and the method's; its fields are the keyword arguments on the wire. A request
that does not fit its Struct is answered with InvalidInput. A request without `reply_to` or with another content type can't be
answered at all: it is dropped with a log line (in plain Nameko it ends the process, and its successor).
"""

import logging
import sys
from functools import partial
from typing import Any, Generic, TypeVar, get_type_hints

import msgspec
from amqp.exceptions import AMQPError
from kombu.exceptions import OperationalError
from nameko.exceptions import ContainerBeingKilled
from nameko.rpc import Rpc, RpcConsumer

from services.contracts.errors import InvalidInput
from services.contracts.messages import Call
from services.hosting.consumer import RawQueueConsumer
from services.hosting.wire import CONTENT_TYPE

log = logging.getLogger(__name__)

K = TypeVar("K")


class Request(msgspec.Struct, Generic[K]):
    """Nameko's request body."""

    kwargs: K
    args: list[msgspec.Raw] = []


class GuardedRpcConsumer(RpcConsumer):
    queue_consumer = RawQueueConsumer()

    def handle_message(self, body: None, message: Any) -> None:
        properties = message.properties
        if not properties.get("reply_to") or message.content_type != CONTENT_TYPE:
            log.warning("dropped a request nobody can answer: %s", message.delivery_info.get("routing_key"))
            self.queue_consumer.reject_message(message)
            return
        super().handle_message(body, message)

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        try:
            return super().handle_result(message, result, exc_info)
        except (AMQPError, OperationalError, OSError) as error:
            # Unacked, the request comes back with the broker; an answer nobody waits for any more is dropped there.
            log.warning("could not answer %s: %s", message.delivery_info.get("routing_key"), error)
            return result, exc_info


class TypedRpc(Rpc):
    rpc_consumer = GuardedRpcConsumer()

    def setup(self) -> None:
        function = getattr(self.container.service_cls, self.method_name)
        parameters = [hint for name, hint in get_type_hints(function).items() if name != "return"]
        request = parameters[0] if parameters else None
        address = f"{self.container.service_name}.{self.method_name}"
        if request is not None and (not issubclass(request, Call) or request.address != address):
            raise TypeError(f"{address} takes a {request.__name__}, which is not a Call with that address")
        self.decoder = msgspec.json.Decoder(Request[request] if request is not None else Request[dict])
        self.takes_request = request is not None
        super().setup()

    def handle_message(self, body: None, message: Any) -> None:
        try:
            request = self.decoder.decode(message.body)
            if request.args:
                raise InvalidInput("give the fields by name", field="args")
        except InvalidInput:
            self.rpc_consumer.handle_result(message, None, sys.exc_info())
            return
        except msgspec.MsgspecError as error:
            try:
                raise InvalidInput(str(error)) from error
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


rpc = TypedRpc.decorator
