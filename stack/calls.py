"""Ask a Nameko service, with nothing but pika: an operator's side hosts no Nameko.

python -m stack.calls auth.reset_link email=ada@shop.example     the answer as JSON; broker: AMQP_URI_FILE
"""

import json
import os
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stack.local.errors import CommandFailed

TIME_OUT = 2.0
"""seconds"""


def ask(amqp_uri: str, address: str, **fields: object) -> Any:  # Any: what the service answers, read by key
    """The answer. Raises CommandFailed: the broker or the service is not there, or refuses."""
    import pika  # late: the bootstrap has none
    from pika.exceptions import AMQPError

    parameters = pika.URLParameters(amqp_uri)
    parameters.stack_timeout = parameters.blocked_connection_timeout = 5
    try:
        connection = pika.BlockingConnection(parameters)
        try:
            channel = connection.channel()
            own = str(uuid.uuid4())
            queue = channel.queue_declare(f"rpc.reply-{own}", exclusive=True, auto_delete=True).method.queue
            channel.exchange_declare("nameko-rpc", "topic", durable=True)
            channel.queue_bind(queue, "nameko-rpc", own)
            question = pika.BasicProperties(
                content_type="application/json",
                content_encoding="utf-8",
                correlation_id=own,
                reply_to=own,
                expiration=str(int(TIME_OUT * 1000)),
            )
            body = json.dumps({"args": [], "kwargs": fields}).encode()
            channel.basic_publish("nameko-rpc", address, body, question)
            for _, _, answer in channel.consume(queue, auto_ack=True, inactivity_timeout=TIME_OUT):
                if answer is None:
                    break
                told = json.loads(answer)
                if told["error"]:
                    raise CommandFailed(f"{address}: {told['error']['value']}")
                return told["result"]
        finally:
            connection.close()
    except (AMQPError, OSError) as error:
        raise CommandFailed(f"{address}: the message broker does not answer: is datalab up?") from error
    raise CommandFailed(f"{address} does not answer: is datalab up?")


def service_answers(amqp_uri: str, service: str) -> bool:
    """Its `health` says ok."""
    try:
        return bool((ask(amqp_uri, f"{service}.health") or {}).get("ok"))
    except CommandFailed:
        return False


def reset_link_told(answer: dict[str, Any]) -> str:
    """Of `auth.reset_link`, for the operator."""
    return f"Good once, within {answer['expires_in'] // 60} minutes:\n\n  {answer['link']}"


def rotation_told(answer: dict[str, Any]) -> str:
    """Of `auth.rotate_keys`, for the operator."""
    keys = answer["keys"]
    return f"The key {keys[-1]['kid']} signs access tokens in a minute; {len(keys)} are good. Nobody is logged out."


def main(arguments: Sequence[str]) -> None:
    address, *given = arguments
    pairs = (pair.partition("=") for pair in given)
    try:
        uri = Path(os.environ["AMQP_URI_FILE"]).read_text().strip()
        print(json.dumps(ask(uri, address, **{name: value for name, _, value in pairs})))
    except CommandFailed as failed:
        sys.exit(str(failed))


if __name__ == "__main__":
    main(sys.argv[1:])
