"""A service in plain Nameko, as anybody writes one; the tests run it by `nameko run`."""

import time
from typing import Any, ClassVar

from nameko.events import EventDispatcher, event_handler
from nameko.rpc import rpc

from services.contracts.errors import BY_NAME


class Shop:
    name = "shop"
    dispatch = EventDispatcher()
    frames: ClassVar[list[Any]] = []
    greeted: ClassVar[list[str]] = []

    @rpc
    def greet(self, name: str) -> dict[str, str]:
        self.greeted.append(name)
        return {"text": f"hello {name}"}

    @rpc
    def guests(self) -> list[str]:
        return self.greeted

    @rpc
    def refuse(self, kind: str, reasons: list[Any]) -> None:
        raise BY_NAME[kind](*reasons)

    @rpc
    def fail(self) -> None:
        raise ZeroDivisionError("a secret")

    @rpc
    def nothing(self) -> None:
        return None

    @rpc
    def nonsense(self) -> list[int]:
        return [1]

    @rpc
    def sleep(self, seconds: float) -> dict[str, str]:
        time.sleep(seconds)
        return {"text": "awake"}

    @rpc
    def sell(self, what: str) -> dict[str, str]:
        self.dispatch("sold", {"what": what})
        return {"text": "thanks"}

    @event_handler("edge", "frames")
    def on_frames(self, payload: Any) -> None:
        self.frames.append(payload)

    @rpc
    def received(self) -> list[Any]:
        return self.frames
