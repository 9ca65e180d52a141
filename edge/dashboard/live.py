"""The live view: activity of the apps a dashboard watches, its user's notifications, and which colleagues are there,
pushed over one WebSocket.

client   {"watch": app} · {"unwatch": app} · {"presence": true | false}
server   {"activity": Activity} · {"notification": Notification} · {"presence": [user, …]} ·
         {"problem": {type, detail, app}}
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import WebSocket, post, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect

from edge.bus import Bus
from edge.collect.tickets import LIVE, TICKET_SECONDS, TicketInvalid, Tickets
from edge.dashboard.presence import Presence
from edge.given import GivenActor, GivenBus
from edge.problems import problem_of
from services.contracts.analysis.activity import Activity, GetActivity
from services.contracts.apps import AppChanged, AppDeleted, Permit
from services.contracts.auth import SessionEnded
from services.contracts.errors import InvalidInput, Refused
from services.contracts.messages import Actor
from services.contracts.notifications import NotificationAdded

TICKET_REFUSED, MALFORMED, GOODBYE = 4401, 1008, 1000
MOST_APPS = 50
"""watched by one dashboard"""
MOST_WAITING = 200
"""messages held for a dashboard that reads slowly; beyond it the oldest go, newer activity replaces them"""

ACCESS = {"members", "owner", "visibility"}
"""changes of an app after which somebody may see it no more"""

AnySocket = WebSocket[Any, Any, Any]  # Any: Litestar's user, auth and state


class LiveTicket(msgspec.Struct):
    ticket: str
    expires_in: int
    """seconds"""


class LiveMessage(msgspec.Struct, forbid_unknown_fields=True):
    watch: str | None = None
    unwatch: str | None = None
    presence: bool | None = None
    """whether to be told who of the organisation is there, now and when it changes"""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(LiveMessage).decode


class Dashboards:
    """The open live connections: who watches which app, who is which user."""

    def __init__(self, bus: Bus, presence: Presence) -> None:
        self._presence = presence
        presence.on_change(self._on_presence)
        self._curious: dict[str, set[Dashboard]] = {}
        """by organisation: those who want to know who is there"""
        self._of_app: dict[str, set[Dashboard]] = {}
        self._of_user: dict[str, set[Dashboard]] = {}
        bus.listen(Activity, self._on_activity)
        self._bus = bus
        self._checks: set[asyncio.Task[None]] = set()
        bus.listen(NotificationAdded, self._on_notification)
        bus.listen(AppChanged, lambda event: self._doubt(event.facts.app, event.changed))
        bus.listen(AppDeleted, lambda event: self._doubt(event.facts.app, ACCESS))
        bus.listen(SessionEnded, self._on_session_ended)

    def add(self, dashboard: "Dashboard") -> None:
        self._of_user.setdefault(dashboard.actor.user, set()).add(dashboard)
        self._presence.came(dashboard.actor)

    def remove(self, dashboard: "Dashboard") -> None:
        for app in dashboard.apps:
            _discard(self._of_app, app, dashboard)
        _discard(self._of_user, dashboard.actor.user, dashboard)
        _discard(self._curious, dashboard.actor.organisation, dashboard)
        self._presence.left(dashboard.actor)

    def watch(self, dashboard: "Dashboard", app: str) -> None:
        dashboard.apps.add(app)
        self._of_app.setdefault(app, set()).add(dashboard)

    def unwatch(self, dashboard: "Dashboard", app: str) -> None:
        dashboard.apps.discard(app)
        _discard(self._of_app, app, dashboard)

    def look_for_colleagues(self, dashboard: "Dashboard", wanted: bool) -> None:
        organisation = dashboard.actor.organisation
        if wanted:
            self._curious.setdefault(organisation, set()).add(dashboard)
            dashboard.say(_encode({"presence": self._presence.online(organisation)}).decode())
        else:
            _discard(self._curious, organisation, dashboard)

    def _on_presence(self, organisation: str, online: list[str]) -> None:
        if curious := self._curious.get(organisation):
            message = _encode({"presence": online}).decode()
            for dashboard in curious:
                dashboard.say(message)

    def _doubt(self, app: str, changed: Iterable[str]) -> None:
        """Who may see the app has changed: ask again for everybody who watches it."""
        if not ACCESS.isdisjoint(changed):
            for dashboard in list(self._of_app.get(app, ())):
                check = asyncio.create_task(self._check(dashboard, app))
                self._checks.add(check)
                check.add_done_callback(self._checks.discard)

    async def _check(self, dashboard: "Dashboard", app: str) -> None:
        """What cannot be asked now is not shown on either: the dashboard watches again when it may."""
        try:
            await self._bus.call(Permit(actor=dashboard.actor, app=app))
        except Refused as error:
            self.unwatch(dashboard, app)
            dashboard.say_problem(error, app)

    def _on_activity(self, activity: Activity) -> None:
        if watching := self._of_app.get(activity.app):
            message = _encode({"activity": activity}).decode()
            for dashboard in watching:
                dashboard.say(message)

    def _on_notification(self, added: NotificationAdded) -> None:
        for dashboard in self._of_user.get(added.user, ()):
            dashboard.say(_encode({"notification": added.notification}).decode())

    def _on_session_ended(self, ended: SessionEnded) -> None:
        for dashboard in self._of_user.get(ended.user, ()):
            if dashboard.actor.session == ended.session:
                dashboard.end()


def _discard(sets: dict[str, set["Dashboard"]], key: str, dashboard: "Dashboard") -> None:
    if (members := sets.get(key)) is not None:
        members.discard(dashboard)
        if not members:
            del sets[key]


class Dashboard:
    """One dashboard's connection."""

    def __init__(self, socket: AnySocket, actor: Actor) -> None:
        self.actor = actor
        self.apps: set[str] = set()
        self._socket = socket
        self._ended = asyncio.Event()
        self._waiting: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)

    def say(self, message: str) -> None:
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(message)

    def end(self) -> None:
        """Whoever listens is told that the log-in session has ended."""
        self._ended.set()

    async def send_on(self) -> None:
        while True:
            await self._socket.send_text(await self._waiting.get())

    async def close_when_ended(self) -> None:
        await self._ended.wait()
        await self._socket.close(TICKET_REFUSED, "the log-in session has ended")

    async def listen(self, dashboards: Dashboards, bus: Bus) -> None:
        while True:
            message = _decode(await self._socket.receive_text())
            if message.unwatch is not None:
                dashboards.unwatch(self, message.unwatch)
            if message.presence is not None:
                dashboards.look_for_colleagues(self, message.presence)
            if message.watch is not None:
                await self._watch(message.watch, dashboards, bus)

    async def _watch(self, app: str, dashboards: Dashboards, bus: Bus) -> None:
        try:
            if len(self.apps) >= MOST_APPS:
                raise InvalidInput(f"a dashboard watches {MOST_APPS} apps at most", field="watch")
            await bus.call(Permit(actor=self.actor, app=app))
            dashboards.watch(self, app)
            self.say(_encode({"activity": await bus.call(GetActivity(app=app))}).decode())
        except Refused as error:
            self.say_problem(error, app)

    def say_problem(self, error: Refused, app: str) -> None:
        problem = problem_of(error)
        self.say(_encode({"problem": {"type": problem.type, "detail": problem.detail, "app": app}}).decode())


@post("/api/live-ticket", status_code=200, operation_id="liveTicket", tags=["live"], opt={"scope": "read"})
async def live_ticket(actor: GivenActor, tickets: NamedDependency[Tickets]) -> LiveTicket:
    """A ticket to the live view, for one connection."""
    return LiveTicket(tickets.issue(LIVE, actor), TICKET_SECONDS)


@websocket("/api/live")
async def live(
    socket: AnySocket,
    tickets: NamedDependency[Tickets],
    dashboards: NamedDependency[Dashboards],
    bus: GivenBus,
) -> None:
    """What happens now."""
    await socket.accept()
    try:
        actor = tickets.redeem(LIVE, socket.query_params.get("ticket", ""))
    except TicketInvalid as error:
        await socket.close(TICKET_REFUSED, str(error))
        return
    dashboard = Dashboard(socket, actor)
    dashboards.add(dashboard)
    working = [asyncio.create_task(work) for work in (dashboard.send_on(), dashboard.close_when_ended())]
    try:
        await dashboard.listen(dashboards, bus)
    except WebSocketDisconnect:
        pass
    except msgspec.MsgspecError as error:
        await socket.close(MALFORMED, str(error)[:120])
    finally:
        dashboards.remove(dashboard)
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
