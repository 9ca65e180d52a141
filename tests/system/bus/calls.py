"""The shop's calls and events, as its contract would describe them."""

from typing import Any, ClassVar

import msgspec

from services.contracts.messages import Call, Event


class Said(msgspec.Struct):
    text: str


class Greet(Call[Said]):
    address: ClassVar[str] = "shop.greet"
    name: str


class Guests(Call[list[str]]):
    address: ClassVar[str] = "shop.guests"


class Refuse(Call[Said]):
    address: ClassVar[str] = "shop.refuse"
    kind: str
    reasons: list[Any]


class Fail(Call[Said]):
    address: ClassVar[str] = "shop.fail"


class Nothing(Call[Said]):
    address: ClassVar[str] = "shop.nothing"


class PerhapsNothing(Call[Said | None]):
    address: ClassVar[str] = "shop.nothing"


class Nonsense(Call[Said]):
    address: ClassVar[str] = "shop.nonsense"


class Sleep(Call[Said]):
    address: ClassVar[str] = "shop.sleep"
    seconds: float


class Sell(Call[Said]):
    address: ClassVar[str] = "shop.sell"
    what: str


class Received(Call[list[Any]]):
    address: ClassVar[str] = "shop.received"


class Unwritten(Call[Said]):
    address: ClassVar[str] = "shop.unwritten"


class GreetNobody(Call[Said]):
    address: ClassVar[str] = "shop.greet"


class AskNobody(Call[Said]):
    address: ClassVar[str] = "nobody.greet"


class Sold(Event):
    address: ClassVar[str] = "shop/sold"
    what: str


class Unheard(Event):
    """Of the edge, and nobody listens."""

    address: ClassVar[str] = "edge/unheard"
    number: int = 0
