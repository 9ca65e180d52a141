"""What the admin of an organisation does: who is in it, who comes in, who goes, who is the admin next."""

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import FromPath, JSONBody

from edge.dashboard.access import PERSON
from edge.given import GivenActor, GivenBus
from services.contracts import users


class Successor(msgspec.Struct, forbid_unknown_fields=True):
    user: str


class Organisation(Controller):
    path = "/api/organisation"
    opt = PERSON
    tags = ("organisation",)

    @get("/members", operation_id="organisationMembers")
    async def members(self, actor: GivenActor, bus: GivenBus) -> users.People:
        """Everybody, those who wait for approval first."""
        return await bus.call(users.ListPeople(actor=actor))

    @post("/members/{user:str}/approve", status_code=200, operation_id="approveMember")
    async def approve(self, actor: GivenActor, user: FromPath[str], bus: GivenBus) -> users.User:
        return await bus.call(users.ApproveUser(actor=actor, user=user))

    @delete("/members/{user:str}", status_code=204, operation_id="removeFromOrganisation")
    async def remove(self, actor: GivenActor, user: FromPath[str], bus: GivenBus) -> None:
        """Refuse somebody who waits, or take a colleague out: they are logged out at once."""
        await bus.call(users.RemoveUser(actor=actor, user=user))

    @post("/hand-over", status_code=200, operation_id="handOverOrganisation")
    async def hand_over(self, actor: GivenActor, data: JSONBody[Successor], bus: GivenBus) -> users.User:
        """Make a colleague the admin in one's place."""
        return await bus.call(users.HandOverOrganisation(actor=actor, user=data.user))
