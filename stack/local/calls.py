"""Ask a Nameko service whether it answers, with nothing but pika: the runner hosts no Nameko."""

import json
import uuid

TIME_OUT = 2.0
"""seconds"""


def service_answers(amqp_uri: str, service: str) -> bool:
    """Its `health` says ok."""
    import pika  # late: the bootstrap has none
    from pika.exceptions import AMQPError

    parameters = pika.URLParameters(amqp_uri)
    parameters.stack_timeout = parameters.blocked_connection_timeout = 5
    try:
        connection = pika.BlockingConnection(parameters)
        try:
            channel = connection.channel()
            address = str(uuid.uuid4())
            queue = channel.queue_declare(
                f"rpc.reply-{address}", exclusive=True, auto_delete=True
            ).method.queue
            channel.exchange_declare("nameko-rpc", "topic", durable=True)
            channel.queue_bind(queue, "nameko-rpc", address)
            question = pika.BasicProperties(
                content_type="application/json",
                content_encoding="utf-8",
                correlation_id=address,
                reply_to=address,
                expiration=str(int(TIME_OUT * 1000)),
            )
            channel.basic_publish("nameko-rpc", f"{service}.health", b'{"args": [], "kwargs": {}}', question)
            for _, _, answer in channel.consume(queue, auto_ack=True, inactivity_timeout=TIME_OUT):
                told = json.loads(answer) if answer else {}
                return bool((told.get("result") or {}).get("ok"))
        finally:
            connection.close()
    except (AMQPError, OSError):
        pass
    return False
