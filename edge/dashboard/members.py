"""Who shares an app: members, invites, handing it over."""

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import FromPath, JSONBody

from edge.given import GivenActor, GivenBus
from services.contracts import apps


class Whom(msgspec.Struct, forbid_unknown_fields=True):
    user: str


class Members(Controller):
    path = "/api/apps/{app:str}"
    tags = ("members",)

    @get("/members", operation_id="members")
    async def all(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> apps.MemberList:
        """The app's people; to its owner also who is invited and who may be."""
        return await bus.call(apps.ListMembers(actor=actor, app=app))

    @post("/members", status_code=204, operation_id="invite")
    async def invite(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[Whom], bus: GivenBus
    ) -> None:
        await bus.call(apps.Invite(actor=actor, app=app, user=data.user))

    @delete("/members/{user:str}", operation_id="removeMember")
    async def remove(self, actor: GivenActor, app: FromPath[str], user: FromPath[str], bus: GivenBus) -> None:
        """End a membership, or take an invite back."""
        await bus.call(apps.RemoveMember(actor=actor, app=app, user=user))

    @post("/invites/{user:str}/remind", status_code=204, operation_id="remind")
    async def remind(self, actor: GivenActor, app: FromPath[str], user: FromPath[str], bus: GivenBus) -> None:
        await bus.call(apps.Remind(actor=actor, app=app, user=user))

    @post("/leave", status_code=204, operation_id="leaveApp")
    async def leave(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> None:
        await bus.call(apps.LeaveApp(actor=actor, app=app))

    @put("/owner", operation_id="handOver")
    async def hand_over(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[Whom], bus: GivenBus
    ) -> apps.App:
        """Make a member the owner."""
        return await bus.call(apps.HandOver(actor=actor, app=app, user=data.user))


class Invites(Controller):
    """One's own."""

    path = "/api/invites"
    tags = ("members",)

    @get("/", operation_id="invites")
    async def all(self, actor: GivenActor, bus: GivenBus) -> apps.InviteList:
        return await bus.call(apps.ListInvites(actor=actor))

    @post("/{app:str}/accept", status_code=200, operation_id="acceptInvite")
    async def accept(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> apps.App:
        return await bus.call(apps.AcceptInvite(actor=actor, app=app))

    @post("/{app:str}/reject", status_code=204, operation_id="rejectInvite")
    async def reject(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> None:
        await bus.call(apps.RejectInvite(actor=actor, app=app))
