"""Nameko's queue consumer, handing messages on undecoded: each entrypoint decodes its own, into the type it wants, and can
refuse what it cannot read. Nameko's own raises inside the consuming thread, which ends the process.
"""

from functools import partial
from typing import Any

from nameko.messaging import QueueConsumer


class RawQueueConsumer(QueueConsumer):
    def get_consumers(self, consumer_cls: Any, channel: Any) -> Any:  # Any: kombu is untyped
        for provider in self._providers:
            consumer = consumer_cls(queues=[provider.queue], on_message=partial(self.handle_message, provider, None))
            consumer.qos(prefetch_count=getattr(provider, "prefetch", self.prefetch_count))
            self._consumers[provider] = consumer
        return self._consumers.values()

    def reject_message(self, message: Any) -> None:
        """Give the message back for good; only for what nobody could ever answer or read."""
        if message.channel.connection:
            message.reject(requeue=False)
