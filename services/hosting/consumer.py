"""Nameko's queue consumer, handing messages on undecoded: each entrypoint decodes its own, into the type it
wants, and can refuse what it cannot read. Nameko's own raises inside the consuming thread, which ends the
process; so do a header that is not what Nameko put there, and a connection that breaks while a message is
being acked.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any

from amqp.exceptions import AMQPError
from kombu.message import Message
from nameko.constants import CALL_ID_STACK_CONTEXT_KEY, HEADER_PREFIX
from nameko.messaging import QueueConsumer

# Any, here: kombu and Nameko are untyped.


class RawQueueConsumer(QueueConsumer):
    """A provider may set `prefetch`: how many of its messages are under way at once (default: as many as
    there are workers); and `declare_first(channel)`, which declares what its queue hangs on.
    """

    def get_consumers(self, consumer_cls: Any, channel: Any) -> Any:
        for provider in self._providers:
            if declare := getattr(provider, "declare_first", None):
                declare(channel)
            self._consumers[provider] = consumer_cls(
                queues=[provider.queue],
                on_message=partial(self.handle_message, provider, None),
                # A body that cannot be decompressed: the provider finds it unreadable and does what it does with such.
                on_decode_error=lambda message, _, provider=provider: self.handle_message(
                    provider, None, message
                ),
            )
        return self._consumers.values()

    @contextmanager
    def _consume_from(self, *consumers: Any) -> Iterator[list[Any]]:
        """RabbitMQ gives a consumer the prefetch that was set last before it began."""
        prefetch = {
            consumer: getattr(provider, "prefetch", None) for provider, consumer in self._consumers.items()
        }
        with ExitStack() as consuming:
            for consumer in consumers:
                consumer.qos(prefetch_count=prefetch[consumer] or self.prefetch_count)
                consuming.enter_context(consumer)
            yield list(consumers)

    def ack_message(self, message: Any) -> None:
        _settle(message.ack, message)

    def requeue_message(self, message: Any) -> None:
        _settle(message.requeue, message)

    def reject_message(self, message: Any) -> None:
        """Give the message back for good; only for what nobody could ever answer or read."""
        _settle(message.reject, message)


def _settle(how: Any, message: Message) -> None:
    """On a broken connection there is nothing to settle: the broker has taken the message back already."""
    if message.channel.connection:
        with suppress(AMQPError, OSError):
            how()


class NamekoHeaders:
    """Reads the context that a Nameko client sends along, and leaves aside what Nameko would stumble over."""

    def unpack_message_headers(self, message: Any) -> dict[str, object]:
        prefix = f"{HEADER_PREFIX}."
        context = {
            key.removeprefix(prefix): value
            for key, value in message.headers.items()
            if key.startswith(prefix)
        }
        calls = context.get(CALL_ID_STACK_CONTEXT_KEY, [])
        if not isinstance(calls, list) or not all(isinstance(call, str) for call in calls):
            del context[CALL_ID_STACK_CONTEXT_KEY]
        return context
