"""Publishing with the broker's confirm and with an end: what calls, answers, events and retries leave a
service by.

A publish is tried again on a new connection, three times within a few seconds; then it is BrokerDown. A
connection that a publish failed on is thrown away, since the confirm it still owes would be taken for the
next message's.
"""

from collections.abc import Sequence
from typing import Any

from amqp.exceptions import AMQPError, ChannelError
from kombu.connection import Connection
from kombu.entity import Exchange, Queue
from kombu.exceptions import OperationalError
from kombu.pools import producers

from services.contracts.errors import BrokerDown, ServiceUnknown
from services.hosting.wire import CONTENT_TYPE, encode

CONNECT_TIME_OUT = 3
CONFIRM_TIME_OUT = 5
"""seconds"""
PERSISTENT, TRANSIENT = 2, 1
_RETRIES = {"max_retries": 2, "interval_start": 0.2, "interval_step": 0.3, "interval_max": 1}


class Publishing:
    """Connections are pooled by address and shared by everything in the process that publishes there."""

    def __init__(self, amqp_uri: str) -> None:
        self._connection = Connection(
            amqp_uri,
            connect_timeout=CONNECT_TIME_OUT,
            transport_options={"confirm_publish": True, **_RETRIES},
        )

    def publish(
        self,
        message: object,
        exchange: Exchange | str,
        routing_key: str,
        *,
        delivery_mode: int = PERSISTENT,
        declare: Sequence[Exchange | Queue] = (),
        content_type: str | None = CONTENT_TYPE,
        content_encoding: str | None = "utf-8",
        **properties: Any,  # Any: AMQP's own properties, and `mandatory`
    ) -> None:
        """`message` is encoded as JSON, or sent as it is where it is bytes.

        Raises:
            BrokerDown: it may or may not have arrived.
            ServiceUnknown: it was `mandatory` and no queue takes it.
        """
        body = message if isinstance(message, bytes) else encode(message)
        with producers[self._connection].acquire(block=True) as producer:
            try:
                producer.publish(
                    body,
                    exchange=exchange,
                    routing_key=routing_key,
                    delivery_mode=delivery_mode,
                    declare=list(declare),
                    content_type=content_type,
                    content_encoding=content_encoding,
                    retry=True,
                    retry_policy=_RETRIES,
                    timeout=CONFIRM_TIME_OUT,
                    confirm_timeout=CONFIRM_TIME_OUT,
                    **properties,
                )
            except ChannelError as error:
                producer.connection.collect()
                if "NO_ROUTE" in str(error):
                    raise ServiceUnknown(f"nobody takes {routing_key}") from error
                raise BrokerDown(f"the message broker refused a message: {error}") from error
            except (AMQPError, OperationalError, OSError) as error:
                producer.connection.collect()
                raise BrokerDown("the message broker cannot be reached") from error
