"""The tokens an app's pages carry."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post
from litestar.params import FromPath, JSONBody, PathParameter

from edge.given import GivenActor, GivenBus
from services.contracts import tokens

Issue = Annotated[int, PathParameter(ge=1, le=2**53)]


class TokenIssue(msgspec.Struct, forbid_unknown_fields=True):
    days: Annotated[int, msgspec.Meta(ge=7, le=366)] = 366
    overlap: Annotated[int, msgspec.Meta(ge=0, le=366 * 24)] | None = None
    """hours that the tokens before it stay valid; null: to their own end"""


class CurrentToken(msgspec.Struct):
    token: tokens.AppToken | None


class Tokens(Controller):
    path = "/api/apps/{app:str}"
    tags = ("tokens",)

    @get("/token", operation_id="token")
    async def token(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> CurrentToken:
        """The token of the snippet to paste; null when none was issued or all have expired."""
        return CurrentToken(await bus.call(tokens.GetToken(actor=actor, app=app)))

    @post("/token", operation_id="issueToken")
    async def issue_token(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[TokenIssue], bus: GivenBus
    ) -> tokens.AppToken:
        return await bus.call(tokens.IssueToken(actor=actor, app=app, days=data.days, overlap=data.overlap))

    @get("/tokens", operation_id="tokens")
    async def all(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> tokens.IssuedList:
        """Every token the app was issued."""
        return await bus.call(tokens.ListTokens(actor=actor, app=app))

    @delete("/tokens/{issue:int}", operation_id="revokeToken")
    async def revoke(self, actor: GivenActor, app: FromPath[str], issue: Issue, bus: GivenBus) -> None:
        """End a token now: pages that carry it are refused within a second."""
        await bus.call(tokens.RevokeToken(actor=actor, app=app, issue=issue))
