"""Which colleagues are here now: whoever has a dashboard open, at this edge or at another one.

Each edge tells the others who comes and goes, and every few seconds all who are there; an edge that is silent for
longer than SILENT_SECONDS has died, and nobody is at it. A reload of the page is no going: who leaves is
there for GRACE_SECONDS more. API keys are nobody.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable

import msgspec

from edge.bus import Bus
from services.contracts.messages import Actor, Event
from services.contracts.presence import PresenceAsked, Present

GRACE_SECONDS = 4.0
TELL_SECONDS = 15.0
SILENT_SECONDS = 3 * TELL_SECONDS
GATHER_SECONDS = 0.2
"""changes of an organisation are told together: a crowd that comes at once is one change"""

Changed = Callable[[str, list[str]], None]
"""of an organisation, and who is there"""


class Elsewhere(msgspec.Struct):
    """Another edge."""

    heard: float
    of: dict[str, frozenset[str]]


class Presence:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._id = secrets.token_hex(8)
        self._here: dict[str, Counter[str]] = {}
        self._elsewhere: dict[str, Elsewhere] = {}
        self._hooks: list[Changed] = []
        self._gathering: set[str] = set()
        self._closed = False
        bus.listen(Present, self._on_present)
        bus.listen(PresenceAsked, self._on_asked)
        bus.on_connected(self._ask)

    def on_change(self, hook: Changed) -> None:
        self._hooks.append(hook)

    def online(self, organisation: str) -> list[str]:
        """The users who are there, in the order of their ids."""
        there = set(self._here.get(organisation, ()))
        for edge in self._elsewhere.values():
            there |= edge.of.get(organisation, frozenset())
        return sorted(there)

    def came(self, actor: Actor) -> None:
        if actor.session:
            here = self._here.setdefault(actor.organisation, Counter())
            here[actor.user] += 1
            if here[actor.user] == 1:
                self._change(actor.organisation)

    def left(self, actor: Actor) -> None:
        if actor.session:
            asyncio.get_running_loop().call_later(GRACE_SECONDS, self._gone, actor)

    def _gone(self, actor: Actor) -> None:
        if self._closed:
            return
        here = self._here[actor.organisation]
        here[actor.user] -= 1
        if here[actor.user] == 0:
            del here[actor.user]
            self._change(actor.organisation)
        if not here:
            del self._here[actor.organisation]

    async def keep_told(self) -> None:
        """Tell the others who is here, again and again, and forget those who are silent."""
        while True:
            self._tell_all()
            self.forget_silent()
            await asyncio.sleep(TELL_SECONDS)

    async def close(self, seconds: float) -> None:
        """This edge ends in good order: nobody is at it any more. Returns when that is told, or cannot be."""
        self._here.clear()
        told = self._tell(Present(edge=self._id, of={}, whole=True))
        self._closed = True
        await asyncio.wait([told], timeout=seconds)

    def forget_silent(self) -> None:
        since = time.monotonic() - SILENT_SECONDS
        for edge, known in list(self._elsewhere.items()):
            if known.heard < since:
                del self._elsewhere[edge]
                for organisation in known.of:
                    self._say(organisation)

    # -- the other edges

    def _on_present(self, event: Present) -> None:
        if event.edge == self._id:
            return
        known = self._elsewhere.setdefault(event.edge, Elsewhere(0.0, {}))
        known.heard = time.monotonic()
        told = {organisation: frozenset(users) for organisation, users in event.of.items()}
        if event.whole:
            told = {organisation: frozenset() for organisation in known.of} | told
        for organisation, users in told.items():
            if users == known.of.get(organisation, frozenset()):
                continue
            if users:
                known.of[organisation] = users
            else:
                del known.of[organisation]
            self._say(organisation)

    def _ask(self) -> None:
        self._tell(PresenceAsked(edge=self._id))

    def _on_asked(self, event: PresenceAsked) -> None:
        if event.edge != self._id:
            self._tell_all()

    def _tell_all(self) -> None:
        of = {organisation: sorted(users) for organisation, users in self._here.items()}
        self._tell(Present(edge=self._id, of=of, whole=True))

    def _change(self, organisation: str) -> None:
        """Somebody came to this edge or left it."""
        if organisation not in self._gathering:
            self._gathering.add(organisation)
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._gathered, organisation)

    def _gathered(self, organisation: str) -> None:
        if self._closed:
            return
        self._gathering.discard(organisation)
        here = sorted(self._here.get(organisation, ()))
        self._tell(Present(edge=self._id, of={organisation: here}))
        self._say(organisation)

    def _say(self, organisation: str) -> None:
        online = self.online(organisation)
        for hook in self._hooks:
            hook(organisation, online)

    def _tell(self, event: Event) -> asyncio.Future[None]:
        # Nobody need wait for it: what does not arrive is told again soon.
        confirm = self._bus.publish(f"{event.source()}.events", event.type(), msgspec.json.encode(event))
        confirm.add_done_callback(lambda future: future.cancelled() or future.exception())
        return confirm
