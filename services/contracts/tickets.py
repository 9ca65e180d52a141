"""What the edges tell each other of tickets."""

from typing import ClassVar

from services.contracts.messages import Event


class TicketRedeemed(Event):
    """A ticket was used; every other edge refuses it from now on."""

    address: ClassVar[str] = "edge/redeemed"
    ticket: str
    """its id"""
    expires: int
    """UNIX seconds"""
