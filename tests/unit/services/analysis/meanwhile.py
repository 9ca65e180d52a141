"""What tests of waiting and taking turns share."""

import eventlet
from eventlet.event import Event

PATIENCE = 5
"""seconds"""


class Work:
    """Lasts until it is let go of."""

    def __init__(self) -> None:
        self.begun = 0
        self.done: Event = Event()

    def __call__(self) -> object:
        self.begun += 1
        return self.done.wait()


def settle() -> None:
    """Everybody who can go on has gone on."""
    for _ in range(20):
        eventlet.sleep(0)
