"""Who has a dashboard open: told by every edge to the others, so that each can say who of an organisation is there."""

from typing import ClassVar

from services.contracts.messages import Event


class Present(Event):
    """Who is at this edge."""

    address: ClassVar[str] = "edge/present"
    edge: str
    of: dict[str, list[str]]
    """organisation, and its users who are there"""
    whole: bool = False
    """these organisations and no others; told every few seconds, so that what was missed is made good"""


class PresenceAsked(Event):
    """An edge has (re)connected and knows nothing of the others."""

    address: ClassVar[str] = "edge/presence_asked"
    edge: str
