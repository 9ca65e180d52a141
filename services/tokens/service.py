"""The service `tokens`: the token an app's pages carry."""

from collections.abc import Iterable

from nameko.timer import timer

from services.contracts.apps import AppChanged, AppCreated, AppDeleted, AppFacts, Permit
from services.contracts.auth import PublicKeys
from services.contracts.messages import Done
from services.contracts.tokens import (
    AppToken,
    GetRevocations,
    GetToken,
    GetTokenKeys,
    IssuedList,
    IssueToken,
    ListTokens,
    Revocations,
    RevokeToken,
)
from services.hosting import Calls, Database, Healthy, listen, rpc
from services.hosting.telling import TellFrom
from services.tokens import issued, known
from services.tokens.documents import AppKey, IssuedToken, KnownApp

LOOK_FOR_ENDS = 600
"""seconds between two looks for tokens that end soon"""


class Tokens(Healthy):
    name = "tokens"

    database = Database("tokens")
    calls = Calls()
    tell = TellFrom(IssuedToken, KnownApp)

    @rpc
    def issue(self, request: IssueToken) -> AppToken:
        app = self.calls(Permit(actor=request.actor, app=request.app, action="issue_token"))
        token = issued.issue(app, request.actor.user, request.days, request.overlap)
        self.tell(token)
        if request.overlap is not None:
            self._tell_all(issued.end_older(app.id, token.issue, request.overlap))
        if (changed := known.overtaken(app.id, app.origins)) is not None:
            self.tell(changed)
        if known.ended(app.id):  # deleted between the permission and now
            self._tell_all(issued.revoke_all(app.id))
        return token.told()

    @rpc
    def current(self, request: GetToken) -> AppToken | None:
        app = self.calls(Permit(actor=request.actor, app=request.app))
        return issued.current(app.id)

    @rpc
    def list(self, request: ListTokens) -> IssuedList:
        app = self.calls(Permit(actor=request.actor, app=request.app, action="issue_token"))
        return IssuedList(issued.all_of(app.id))

    @rpc
    def revoke(self, request: RevokeToken) -> Done:
        app = self.calls(Permit(actor=request.actor, app=request.app, action="issue_token"))
        self.tell(issued.revoke(app, request.actor.user, request.issue))
        return Done()

    @rpc
    def keys(self, request: GetTokenKeys) -> PublicKeys:
        return AppKey.public_keys()

    @rpc
    def revocations(self, request: GetRevocations) -> Revocations:
        return issued.revocations()

    @listen(AppCreated)
    def on_created(self, event: AppCreated) -> None:
        app = event.app
        known.note(
            AppFacts(
                app=app.id,
                version=event.version,
                name=app.name,
                organisation=app.organisation,
                owner=app.owner,
                members=[],
                origins=app.origins,
                visibility=app.visibility,
            )
        )

    @listen(AppChanged)
    def on_changed(self, event: AppChanged) -> None:
        if (app := known.note(event.facts)) is not None:
            self.tell(app)

    @listen(AppDeleted)
    def on_deleted(self, event: AppDeleted) -> None:
        known.end(event.facts)
        self._tell_all(issued.revoke_all(event.facts.app))

    @timer(interval=LOOK_FOR_ENDS, eager=True)
    def look_for_ends(self) -> None:
        self._tell_all(issued.expiring())

    def _tell_all(self, tokens: Iterable[IssuedToken]) -> None:
        for token in tokens:
            self.tell(token)
