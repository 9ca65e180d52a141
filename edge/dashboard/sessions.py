"""One's own log-in sessions and password."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import FromPath, JSONBody

from edge.given import GivenActor, GivenBus
from services.contracts import auth, users


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    current: Annotated[str, msgspec.Meta(max_length=200)]
    new: users.Password


class LogIns(Controller):
    path = "/api/auth"
    tags = ("accounts",)

    @get("/sessions", operation_id="logInSessions")
    async def sessions(self, actor: GivenActor, bus: GivenBus) -> auth.LogInSessions:
        """The devices one is logged in on."""
        return await bus.call(auth.ListSessions(actor=actor))

    @delete("/sessions/{session:str}", status_code=204, operation_id="endSession")
    async def end(self, actor: GivenActor, session: FromPath[str], bus: GivenBus) -> None:
        """Log one of them out, at once."""
        await bus.call(auth.EndSession(actor=actor, session=session))

    @post("/logout-everywhere", status_code=204, operation_id="logoutEverywhere")
    async def logout_everywhere(self, actor: GivenActor, bus: GivenBus) -> None:
        await bus.call(auth.LogOutEverywhere(actor=actor))

    @put("/password", status_code=204, operation_id="changePassword")
    async def change_password(self, actor: GivenActor, data: JSONBody[PasswordChange], bus: GivenBus) -> None:
        """Ends one's other log-in sessions."""
        await bus.call(auth.ChangePassword(actor=actor, current=data.current, new=data.new))
