"""Tickets and session passes: grants that the edge signs at hello and reads back without asking anybody.

A ticket opens one stream, once, within 30 s, from the origin it was given to. A session pass lives a day: it resumes
the session at the next hello and signs what is sent by beacon. Both carry the session's facts, so any edge can take
them.
"""

import base64
import hmac
import secrets
import time
from typing import Generic, TypeVar

import msgspec

from edge.bus import Bus
from services.contracts.errors import Unauthenticated
from services.contracts.frames import Start
from services.contracts.messages import Actor
from services.contracts.tickets import TicketRedeemed

TICKET_SECONDS = 30
MAC_BYTES = 16


class TicketInvalid(Unauthenticated):
    """The ticket is malformed, forged or from another origin; closes a stream with 4401 (4403 for the origin)."""


class TicketExpired(TicketInvalid):
    pass


class TicketAlreadyUsed(TicketInvalid):
    pass


class Session(msgspec.Struct, array_like=True, frozen=True):
    """What the edge must know of a session to take its frames."""

    app: str
    id: str
    """32 hex digits"""
    origin: str
    skew: int
    """ms to add to the tracker's clock"""
    start: Start
    hidden: bool = False
    """the page that said hello is excluded from recording"""


B = TypeVar("B", Session, Actor)


class Purpose(Generic[B]):
    """What a grant is for, whom it bears and how long it lives."""

    def __init__(self, name: str, bearer: type[B], seconds: int) -> None:
        self.name = name
        self.seconds = seconds
        self._decoder: msgspec.msgpack.Decoder[B] = msgspec.msgpack.Decoder(bearer)

    def bearer(self, grant: "Grant") -> B:
        try:
            return self._decoder.decode(grant.bearer)
        except msgspec.MsgspecError as error:
            # Signed by an edge of another version.
            raise TicketInvalid(f"the {self.name} is of another version; ask for a new one") from error


TICKET = Purpose("ticket", Session, TICKET_SECONDS)
PASS = Purpose("session pass", Session, 86_400)
LIVE = Purpose("live ticket", Actor, TICKET_SECONDS)


class Grant(msgspec.Struct, array_like=True, frozen=True):
    purpose: str
    id: str
    expires: int
    """UNIX seconds"""
    bearer: msgspec.Raw


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Grant).decode


class Tickets:
    def __init__(self, key: str, bus: Bus) -> None:
        self._key = key.encode()
        self._bus = bus
        self._used: dict[str, int] = {}
        bus.listen(TicketRedeemed, lambda event: self._remember(event.ticket, event.expires))

    def issue(self, purpose: Purpose[B], bearer: B) -> str:
        expires = int(time.time()) + purpose.seconds
        payload = _encode(
            Grant(purpose.name, secrets.token_urlsafe(12), expires, msgspec.Raw(_encode(bearer)))
        )
        return base64.urlsafe_b64encode(self._mac(payload) + payload).rstrip(b"=").decode()

    def read(self, purpose: Purpose[B], text: str) -> B:
        """Whom the grant bears. Raises TicketInvalid, TicketExpired."""
        return purpose.bearer(self._grant(purpose, text))

    def redeem(self, purpose: Purpose[B], text: str) -> B:
        """Read a ticket and use it up. Raises TicketInvalid, TicketExpired, TicketAlreadyUsed."""
        grant = self._grant(purpose, text)
        bearer = purpose.bearer(grant)
        if grant.id in self._used:
            raise TicketAlreadyUsed(f"the {purpose.name} was used before; ask for a new one")
        self._remember(grant.id, grant.expires)
        # Not waited for: where the broker is away the frames of this stream are not acked either.
        redeemed = TicketRedeemed(ticket=grant.id, expires=grant.expires)
        confirm = self._bus.publish(
            f"{redeemed.source()}.events", redeemed.type(), msgspec.json.encode(redeemed)
        )
        confirm.add_done_callback(lambda future: future.cancelled() or future.exception())
        return bearer

    def _grant(self, purpose: Purpose[B], text: str) -> Grant:
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError as error:
            raise TicketInvalid(f"the {purpose.name} is not one of ours") from error
        payload = raw[MAC_BYTES:]
        if not hmac.compare_digest(raw[:MAC_BYTES], self._mac(payload)):
            raise TicketInvalid(f"the {purpose.name} is not one of ours")
        try:
            grant = _decode(payload)
        except msgspec.MsgspecError as error:
            raise TicketInvalid(f"the {purpose.name} is of another version; ask for a new one") from error
        if grant.purpose != purpose.name:
            raise TicketInvalid(f"a {grant.purpose} is no {purpose.name}")
        if grant.expires < time.time():
            raise TicketExpired(f"the {purpose.name} has expired; ask for a new one")
        return grant

    def _remember(self, ticket: str, expires: int) -> None:
        self._used[ticket] = expires
        if len(self._used) % 1000 == 0:
            now = time.time()
            self._used = {used: until for used, until in self._used.items() if until >= now}

    def _mac(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, payload, "sha256")[:MAC_BYTES]
