"""One's own log-in sessions, password, second factor and API keys."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import FromPath, JSONBody

from edge.dashboard.access import PERSON
from edge.given import GivenActor, GivenBus
from services.contracts import auth, users


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    current: Annotated[str, msgspec.Meta(max_length=200)]
    new: users.Password


class Code(msgspec.Struct, forbid_unknown_fields=True):
    code: Annotated[str, msgspec.Meta(max_length=40)]


class OwnPassword(msgspec.Struct, forbid_unknown_fields=True):
    password: Annotated[str, msgspec.Meta(max_length=200)]


class ApiKeyCreate(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    scopes: Annotated[list[auth.Scope], msgspec.Meta(min_length=1, max_length=3)]
    days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 90


class LogIns(Controller):
    path = "/api/auth"
    opt = PERSON
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

    @get("/totp", operation_id="totp")
    async def totp(self, actor: GivenActor, bus: GivenBus) -> auth.TotpStanding:
        return await bus.call(auth.GetTotp(actor=actor))

    @post("/totp", operation_id="offerTotp")
    async def offer_totp(self, actor: GivenActor, bus: GivenBus) -> auth.TotpOffer:
        """A secret for an authenticator app; it counts once it is confirmed."""
        return await bus.call(auth.OfferTotp(actor=actor))

    @post("/totp/confirm", status_code=200, operation_id="confirmTotp")
    async def confirm_totp(
        self, actor: GivenActor, data: JSONBody[Code], bus: GivenBus
    ) -> auth.RecoveryCodes:
        """From now on logging in takes a code; the recovery codes are shown this once."""
        return await bus.call(auth.ConfirmTotp(actor=actor, code=data.code))

    @post("/totp/off", status_code=204, operation_id="turnTotpOff")
    async def turn_totp_off(self, actor: GivenActor, data: JSONBody[OwnPassword], bus: GivenBus) -> None:
        await bus.call(auth.TurnTotpOff(actor=actor, password=data.password))

    @get("/keys", operation_id="apiKeys")
    async def api_keys(self, actor: GivenActor, bus: GivenBus) -> auth.ApiKeys:
        return await bus.call(auth.ListApiKeys(actor=actor))

    @post("/keys", operation_id="createApiKey")
    async def create_api_key(
        self, actor: GivenActor, data: JSONBody[ApiKeyCreate], bus: GivenBus
    ) -> auth.NewApiKey:
        """A key for a script, sent as Bearer; its secret is shown this once."""
        return await bus.call(auth.CreateApiKey(actor=actor, **msgspec.structs.asdict(data)))

    @delete("/keys/{key:str}", status_code=204, operation_id="revokeApiKey")
    async def revoke_api_key(self, actor: GivenActor, key: FromPath[str], bus: GivenBus) -> None:
        await bus.call(auth.RevokeApiKey(actor=actor, key=key))
