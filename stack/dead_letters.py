"""The messages that no service could handle, for an operator: `make dead-letters`.

    python -m stack.dead_letters                  list them, oldest first, with their numbers
    python -m stack.dead_letters show 3           one of them, whole
    python -m stack.dead_letters replay 3 5       back into the queues they failed in, and out of here
    python -m stack.dead_letters replay all

The broker is that of `make up`, or the one AMQP_URI (or AMQP_URI_FILE) names. Looking takes nothing away and keeps
the order: what was looked at is given back when the connection closes, however it closes. A replayed message is taken
out only after the broker confirmed its copy; handlers stand it if it should come twice.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPConnectionError, AMQPError, ChannelClosedByBroker, UnroutableError

QUEUE = "dead-letters"
TRIES_HEADER, QUEUE_HEADER, ERROR_HEADER = "x-datalab-tries", "x-datalab-queue", "x-datalab-error"
NOT_FOUND = 404
LONGEST_SHOWN = 10_000
"""bytes of a body that cannot be read"""


class NotReplayed(Exception):
    """A message stays where it is; the text says why."""


class DeadLetter(NamedTuple):
    number: int
    """place in the queue, from 1"""
    tag: int
    properties: Any  # pika's
    body: bytes

    @property
    def origin(self) -> str:
        """The queue it failed in; empty where it does not say."""
        return str(self._headers.get(QUEUE_HEADER, ""))

    @property
    def error(self) -> str:
        return str(self._headers.get(ERROR_HEADER, ""))

    @property
    def _headers(self) -> dict[str, Any]:
        return self.properties.headers or {}

    def line(self) -> str:
        return f"{self.number:5}  {self.origin}  {len(self.body):,} bytes  {self.error}"

    def whole(self) -> str:
        headers = [f"{name}: {value}" for name, value in sorted(self._headers.items())]
        try:
            body = json.dumps(json.loads(self.body), indent=2, ensure_ascii=False)
        except ValueError:
            body = repr(self.body[:LONGEST_SHOWN])
        return "\n".join([*headers, "", body])

    def back(self, channel: BlockingChannel) -> None:
        """Into the queue it came from, as it came. Raises NotReplayed."""
        if not self.origin:
            raise NotReplayed(f"{self.number} does not say which queue it came from")
        gone = {TRIES_HEADER, QUEUE_HEADER, ERROR_HEADER}
        properties = pika.BasicProperties(
            content_type=self.properties.content_type,
            content_encoding=self.properties.content_encoding,
            headers={name: value for name, value in self._headers.items() if name not in gone},
            delivery_mode=2,
        )
        try:
            channel.basic_publish("", self.origin, self.body, properties, mandatory=True)
        except UnroutableError as error:
            raise NotReplayed(f"{self.number}: there is no queue {self.origin}") from error
        channel.basic_ack(self.tag)


@contextmanager
def opened(amqp_uri: str) -> Iterator[BlockingChannel]:
    with pika.BlockingConnection(pika.URLParameters(amqp_uri)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel


def letters(channel: BlockingChannel) -> Iterator[DeadLetter]:
    """Those that are there now, oldest first; none is taken away."""
    try:
        count = channel.queue_declare(QUEUE, passive=True).method.message_count
    except ChannelClosedByBroker as closed:
        if closed.reply_code != NOT_FOUND:
            raise
        return  # no message has failed yet
    for number in range(1, count + 1):
        method, properties, body = channel.basic_get(QUEUE)
        if method is None:
            return
        yield DeadLetter(number, method.delivery_tag, properties, body)


def replay(amqp_uri: str, numbers: set[int] | None) -> tuple[int, list[str]]:
    """Send back those with these numbers, or all; how many went, and what is wrong with the others."""
    done, wrong = 0, []
    missing = set(numbers or ())
    with opened(amqp_uri) as channel:
        for letter in letters(channel):
            if numbers is not None and letter.number not in numbers:
                continue
            missing.discard(letter.number)
            try:
                letter.back(channel)
                done += 1
            except NotReplayed as error:
                wrong.append(str(error))
    return done, [*wrong, *(f"there is no {number}" for number in sorted(missing))]


def broker() -> str:
    if (file := os.environ.get("AMQP_URI_FILE")) is not None:
        return Path(file).read_text().strip()
    if (uri := os.environ.get("AMQP_URI")) is not None:
        return uri
    from stack.local import Stack
    from stack.local.settings import load

    settings = load()
    return Stack(settings.run, settings.ports).amqp_uri()


def run(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m stack.dead_letters", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("list", help="all of them (the default)")
    commands.add_parser("show", help="one, whole").add_argument("number", type=int)
    commands.add_parser("replay", help="send back where they failed").add_argument("numbers", nargs="+")
    given = parser.parse_args(arguments)
    uri = broker()
    if given.command == "replay":
        if given.numbers != ["all"] and not all(number.isdecimal() for number in given.numbers):
            parser.error("replay takes numbers from the list, or all")
        done, wrong = replay(uri, None if given.numbers == ["all"] else {*map(int, given.numbers)})
        print(f"{done} sent back")
        print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
        return 1 if wrong else 0
    with opened(uri) as channel:
        if given.command == "show":
            for letter in letters(channel):
                if letter.number == given.number:
                    print(letter.whole())
                    return 0
            print(f"there is no {given.number}", file=sys.stderr)
            return 1
        lines = [letter.line() for letter in letters(channel)]
    print("\n".join(lines) if lines else "no dead letters")
    return 0


def main() -> None:
    try:
        sys.exit(run(sys.argv[1:]))
    except AMQPConnectionError:
        sys.exit("Nobody answers as message broker: is datalab up?")
    except (AMQPError, OSError) as error:
        sys.exit(f"the message broker cannot be reached: {error!r}")


if __name__ == "__main__":
    main()
