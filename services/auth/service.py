"""The service `auth`: passwords, access tokens and log-in sessions."""

import logging

from services.auth import (
    access_keys,
    api_keys,
    deeds,
    enrolling,
    logging_in,
    mail,
    resetting,
    second_factor,
    sessions,
)
from services.auth.documents import Credential, LogInSession, ScriptKey
from services.auth.passwords import hashed
from services.contracts.audit import AuthDeed, Did
from services.contracts.auth import (
    ApiKeys,
    AskReset,
    ChangePassword,
    CheckApiKey,
    ConfirmTotp,
    CreateApiKey,
    EndedSessions,
    EndSession,
    Enrol,
    GetAccessKeys,
    GetEndedSessions,
    GetTotp,
    KeyFacts,
    ListApiKeys,
    ListSessions,
    LoggedIn,
    LogIn,
    LogInSessions,
    LogOut,
    LogOutEverywhere,
    MakeResetLink,
    NewApiKey,
    OfferTotp,
    PublicKeys,
    RecoveryCodes,
    Refresh,
    ResetAsked,
    ResetLink,
    ResetPassword,
    RevokeApiKey,
    RotateAccessKeys,
    TotpOffer,
    TotpStanding,
    TurnTotpOff,
)
from services.contracts.errors import SecondFactorWrong, UserUnknown, WrongCredentials
from services.contracts.messages import Done
from services.contracts.users import GetUser, User, UserRemoved
from services.hosting import Calls, Database, Healthy, Settings, Tell, listen, rpc
from services.hosting.telling import TellFrom

log = logging.getLogger(__name__)


class Auth(Healthy):
    name = "auth"

    database = Database("auth")
    calls = Calls()
    settings = Settings(mail.MailSettings)
    tell = TellFrom(Credential, LogInSession, ScriptKey)
    tell_now = Tell()

    @rpc
    def enrol(self, request: Enrol) -> Done:
        enrolling.enrol(request)
        return Done()

    @rpc
    def login(self, request: LogIn) -> LoggedIn:
        try:
            credential = logging_in.checked(request.email, request.password, request.code)
        except (WrongCredentials, SecondFactorWrong) as why:
            self.tell_now(deeds.of_failure(request.email, why, request.device))
            raise
        session, logged_in = logging_in.admit(self._user(credential.user), request.device)
        self.tell(session)
        return logged_in

    @rpc
    def refresh(self, request: Refresh) -> LoggedIn:
        session = sessions.of_token(request.refresh_token)
        return logging_in.readmit(self._user(session.user), session, request.refresh_token)

    @rpc
    def logout(self, request: LogOut) -> Done:
        return self._end(sessions.by_token(request.refresh_token), "logged_out")

    @rpc
    def logout_everywhere(self, request: LogOutEverywhere) -> Done:
        user = request.actor.user
        deed = AuthDeed(did="logged_out_everywhere", by=user)
        if (account := deeds.changed(user, deed, still={})) is not None:
            self.tell(account)
        return self._end(sessions.of_user(user))

    @rpc
    def sessions(self, request: ListSessions) -> LogInSessions:
        own = sessions.of_user(request.actor.user)
        return LogInSessions([session.told(request.actor.session) for session in own])

    @rpc
    def end_session(self, request: EndSession) -> Done:
        return self._end([sessions.one_of(request.actor.user, request.session)], "session_ended")

    @rpc
    def change_password(self, request: ChangePassword) -> Done:
        own = logging_in.of_user(request.actor.user)
        logging_in.checked(own.email, request.current)
        deed = AuthDeed(did="password_changed", by=own.user)
        changed = deeds.changed(own.user, deed, still={}, password_hash=hashed(request.new))
        self.tell(changed or own)
        others = [one for one in sessions.of_user(own.user) if one.id != request.actor.session]
        return self._end(others)

    @rpc
    def totp(self, request: GetTotp) -> TotpStanding:
        return second_factor.standing(logging_in.of_user(request.actor.user))

    @rpc
    def offer_totp(self, request: OfferTotp) -> TotpOffer:
        return second_factor.offer(logging_in.of_user(request.actor.user))

    @rpc
    def confirm_totp(self, request: ConfirmTotp) -> RecoveryCodes:
        account, codes = second_factor.confirm(logging_in.of_user(request.actor.user), request.code)
        self.tell(account)
        return codes

    @rpc
    def turn_totp_off(self, request: TurnTotpOff) -> Done:
        own = logging_in.of_user(request.actor.user)
        self.tell(second_factor.turn_off(logging_in.checked(own.email, request.password)))
        return Done()

    @rpc
    def create_key(self, request: CreateApiKey) -> NewApiKey:
        key, secret = api_keys.create(request)
        self.tell(key)
        return NewApiKey(key.told(), secret)

    @rpc
    def api_keys(self, request: ListApiKeys) -> ApiKeys:
        return ApiKeys([key.told() for key in api_keys.of_user(request.actor.user)])

    @rpc
    def revoke_key(self, request: RevokeApiKey) -> Done:
        self.tell(api_keys.revoke(request.actor.user, request.key))
        return Done()

    @rpc
    def check_key(self, request: CheckApiKey) -> KeyFacts:
        key = api_keys.of_secret(request.secret)
        return api_keys.facts(key, self._user(key.user))

    @rpc
    def keys(self, request: GetAccessKeys) -> PublicKeys:
        return access_keys.published()

    @rpc
    def rotate_keys(self, request: RotateAccessKeys) -> PublicKeys:
        return access_keys.rotate()

    @rpc
    def ask_reset(self, request: AskReset) -> Done:
        """Looks nothing up, so that its time says nothing."""
        self.tell_now(ResetAsked(email=request.email))
        return Done()

    @listen(ResetAsked)
    def on_reset_asked(self, event: ResetAsked) -> None:
        if not self.settings.smtp_host:
            log.warning(
                "somebody asks for a new password, and no SMTP_HOST is set: make reset-password EMAIL=…"
            )
        elif resetting.may_be_mailed(event.email):
            link = resetting.link(event.email, self.settings.public_url).link
            mail.send(self.settings, event.email, "A new password for datalab", mail.reset_text(link))

    @rpc
    def reset_link(self, request: MakeResetLink) -> ResetLink:
        link = resetting.link(request.email, self.settings.public_url)
        self.tell_now(deeds.of_reset_link(request.email))
        return link

    @rpc
    def reset_password(self, request: ResetPassword) -> Done:
        account = resetting.reset(request.token, request.new)
        self.tell(account)
        return self._end(sessions.of_user(account.user))

    @rpc
    def ended(self, request: GetEndedSessions) -> EndedSessions:
        return EndedSessions(sessions.ended())

    @listen(UserRemoved)
    def on_removed(self, event: UserRemoved) -> None:
        Credential.objects(user=event.user.id).delete()
        self._end(sessions.of_user(event.user.id))
        for key in api_keys.of_user(event.user.id):
            self.tell(api_keys.revoke(event.user.id, key.id))

    def _user(self, user: str) -> User | None:
        try:
            return self.calls(GetUser(user=user))
        except UserUnknown:
            return None

    def _end(self, ending: list[LogInSession], did: Did | None = None) -> Done:
        for session in ending:
            self.tell(sessions.end(session, did))
        return Done()
