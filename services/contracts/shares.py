"""How the apps are shared out among several processes of one service, where each holds its own data of its own apps.

    app --crc32--> one of 64 slots --modulo the number of processes--> the process

A caller knows no more than the slot, and says it in a header of the call; how many processes there are is theirs to
know. So the number of them can change without any caller noticing.
"""

from zlib import crc32

SLOTS = 64
HEADER = "datalab-slot"
"""RabbitMQ does not look at headers that begin with x-."""


def slot(app: str) -> int:
    return crc32(app.encode()) % SLOTS


def of_slot(number: int) -> dict[str, str]:
    """The headers of a call for who holds this slot."""
    return {HEADER: str(number)}
