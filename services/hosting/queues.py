"""What kind of queue waits for a service: one that lives on one node of the broker, or one that a cluster keeps on
several.

    QUEUE_TYPE=classic    on a broker of one node; the default
    QUEUE_TYPE=quorum     on a cluster: replicated, there and writable as long as most of the nodes are

A queue keeps the kind it was made with, and who declares it otherwise is refused: on a broker with queues of the
other kind nothing starts. So the kind is chosen for the whole stack before its first start (stack/RUNBOOK.md).
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from services.contracts.settings import load
from services.hosting.settings import environment_of

QueueType = Literal["classic", "quorum"]
_RETRY: dict[QueueType, dict[str, object]] = {
    "classic": {},
    # What has waited long enough leaves only when the queue it goes to has it: that one may be electing a leader.
    "quorum": {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"},
}


class QueueSettings(msgspec.Struct, kw_only=True):
    queue_type: QueueType = "classic"


def queue_type(config: Mapping[str, object]) -> QueueType:
    """Of this container. Raises SettingInvalid."""
    return load(QueueSettings, environment_of(config)).queue_type


def replicate(queue: Any, kind: QueueType) -> Any:  # Any: kombu's Queue, which is untyped
    """The queue, of that kind. One that is its consumer's own ends with it, and stays on the node of its connection."""
    if kind != "classic" and not (queue.exclusive or queue.auto_delete):
        retried = "x-dead-letter-exchange" in (queue.queue_arguments or {})
        more = {"x-queue-type": kind, **(_RETRY[kind] if retried else {})}
        queue.queue_arguments = {**(queue.queue_arguments or {}), **more}
    return queue
