"""A service as several processes of which each holds its own share of the apps: SHARES=3, and SHARE=0, 1 or 2.

    nameko-rpc --analysis.*--> analysis.shared --slot--> rpc-analysis.0of3
               (topic)         (headers)       --slot--> rpc-analysis.1of3
                                    | no slot      …
                                    '-> analysis.any --> rpc-analysis.0of3

With SHARES=1 (the default) nothing is shared out, and everything is Nameko's own. A call without a slot (from a plain
Nameko client) comes to the first share, which passes it on to who holds its app. Events are heard by each share. A
share's queues go a day after it was here last. Who holds an app is a matter of numbers alone, and not of RabbitMQ's
consistent-hash exchange: a share takes its apps out of the record, where there is no broker to ask.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from kombu.entity import Exchange, Queue, binding

from services.contracts.settings import SettingInvalid, load
from services.contracts.shares import HEADER, SLOTS, of_slot, slot
from services.hosting.settings import environment_of

DAY = 24 * 3600
"""seconds"""

# Any, here: kombu is untyped.


class Share(msgspec.Struct, kw_only=True, frozen=True):
    """Which of the shares this process is."""

    share: Annotated[int, msgspec.Meta(ge=0)] = 0
    shares: Annotated[int, msgspec.Meta(ge=1, le=SLOTS)] = 1

    @property
    def is_all(self) -> bool:
        return self.shares == 1

    def __str__(self) -> str:
        return f"{self.share}of{self.shares}"

    def holds(self, app: object) -> bool:
        return self.is_all or self._has(slot(str(app)))

    def slots(self) -> list[int]:
        """Whose apps it holds."""
        return [number for number in range(SLOTS) if self._has(number)]

    def _has(self, number: int) -> bool:
        return number % self.shares == self.share

    # -- queues

    def own(self, queue: Any) -> Any:
        """The queue in which this share alone hears an event."""
        if not self.is_all:
            queue.name = f"{queue.name}.{self}"
            queue.queue_arguments = {**(queue.queue_arguments or {}), **_EXPIRES}
        return queue

    def of_calls(self, service: str, queue: Any) -> Any:
        """The queue in which this share gets the calls for its apps."""
        if self.is_all:
            return queue
        shared, anybody = _exchanges(service)
        bindings = [
            binding(shared, arguments={"x-match": "all", **of_slot(number)}) for number in self.slots()
        ]
        if self.share == 0:
            bindings.append(binding(anybody))
        return Queue(f"{queue.name}.{self}", bindings=bindings, durable=True, queue_arguments=_EXPIRES)

    def declare(self, service: str, undivided: str, exchange: Any, channel: Any) -> None:
        """What the queue of calls hangs on. `undivided`, that of the service as a whole, gets no calls any more."""
        if self.is_all:
            return
        shared, anybody = _exchanges(service)
        anybody(channel).declare()
        shared(channel).declare()
        exchange(channel).declare()
        shared(channel).bind_to(exchange, routing_key=f"{service}.*")
        channel.queue_delete(undivided)

    # -- calls

    def elsewhere(self, message: Any) -> int | None:
        """The slot of a call that says none and is for an app held elsewhere."""
        if self.is_all or HEADER in message.headers:
            return None
        try:
            app = msgspec.json.decode(message.body, type=_Request).kwargs.app
        except (msgspec.MsgspecError, UnicodeError):
            return None
        return slot(app) if app and not self.holds(app) else None


_EXPIRES = {"x-expires": DAY * 1000}


class _OfAnApp(msgspec.Struct):
    app: str = ""


class _Request(msgspec.Struct):
    kwargs: _OfAnApp


def _exchanges(service: str) -> tuple[Exchange, Exchange]:
    anybody = Exchange(f"{service}.any", type="fanout", durable=True)
    shared = Exchange(
        f"{service}.shared", type="headers", durable=True, arguments={"alternate-exchange": anybody.name}
    )
    return shared, anybody


def share_of(config: Mapping[str, object]) -> Share:
    """Of this container. Raises SettingInvalid."""
    share = load(Share, environment_of(config))
    if share.share >= share.shares:
        raise SettingInvalid(f"SHARE: {share.share} is none of {share.shares}, which count from 0")
    return share
