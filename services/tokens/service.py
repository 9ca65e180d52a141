"""The service `tokens`: the token an app's pages carry."""

from services.contracts.apps import Permit
from services.contracts.auth import PublicKeys
from services.contracts.tokens import (
    AppToken,
    GetRevocations,
    GetToken,
    GetTokenKeys,
    IssueToken,
    Revocations,
)
from services.hosting import Calls, Database, Healthy, rpc
from services.tokens import issued
from services.tokens.documents import AppKey


class Tokens(Healthy):
    name = "tokens"

    database = Database("tokens")
    calls = Calls()

    @rpc
    def issue(self, request: IssueToken) -> AppToken:
        app = self.calls(Permit(actor=request.actor, app=request.app, action="issue_token"))
        return issued.issue(app, request.actor.user, request.days)

    @rpc
    def current(self, request: GetToken) -> AppToken | None:
        app = self.calls(Permit(actor=request.actor, app=request.app))
        return issued.current(app.id)

    @rpc
    def keys(self, request: GetTokenKeys) -> PublicKeys:
        return AppKey.public_keys()

    @rpc
    def revocations(self, request: GetRevocations) -> Revocations:
        return Revocations(issued.revoked())
