"""The service `auth`: passwords, access tokens and log-in sessions."""

from services.auth import enrolling, logging_in, sessions
from services.auth.documents import AccessKey, Credential, LogInSession
from services.auth.passwords import hashed
from services.contracts.auth import (
    ChangePassword,
    EndedSessions,
    EndSession,
    Enrol,
    GetAccessKeys,
    GetEndedSessions,
    ListSessions,
    LoggedIn,
    LogIn,
    LogInSessions,
    LogOut,
    LogOutEverywhere,
    PublicKeys,
    Refresh,
)
from services.contracts.errors import UserUnknown
from services.contracts.messages import Done
from services.contracts.users import GetUser, User, UserRemoved
from services.hosting import Calls, Database, Healthy, listen, rpc
from services.hosting.telling import TellFrom


class Auth(Healthy):
    name = "auth"

    database = Database("auth")
    calls = Calls()
    tell = TellFrom(LogInSession)

    @rpc
    def enrol(self, request: Enrol) -> Done:
        enrolling.enrol(request)
        return Done()

    @rpc
    def login(self, request: LogIn) -> LoggedIn:
        credential = logging_in.checked(request.email, request.password)
        return logging_in.admit(self._user(credential.user), request.device)

    @rpc
    def refresh(self, request: Refresh) -> LoggedIn:
        session = sessions.of_token(request.refresh_token)
        return logging_in.readmit(self._user(session.user), session, request.refresh_token)

    @rpc
    def logout(self, request: LogOut) -> Done:
        return self._end(sessions.by_token(request.refresh_token))

    @rpc
    def logout_everywhere(self, request: LogOutEverywhere) -> Done:
        return self._end(sessions.of_user(request.actor.user))

    @rpc
    def sessions(self, request: ListSessions) -> LogInSessions:
        own = sessions.of_user(request.actor.user)
        return LogInSessions([session.told(request.actor.session) for session in own])

    @rpc
    def end_session(self, request: EndSession) -> Done:
        return self._end([sessions.one_of(request.actor.user, request.session)])

    @rpc
    def change_password(self, request: ChangePassword) -> Done:
        own = logging_in.of_user(request.actor.user)
        logging_in.checked(own.email, request.current)
        Credential.objects(user=own.user).update_one(password_hash=hashed(request.new))
        others = [one for one in sessions.of_user(own.user) if one.id != request.actor.session]
        return self._end(others)

    @rpc
    def keys(self, request: GetAccessKeys) -> PublicKeys:
        return AccessKey.public_keys()

    @rpc
    def ended(self, request: GetEndedSessions) -> EndedSessions:
        return EndedSessions(sessions.ended())

    @listen(UserRemoved)
    def on_removed(self, event: UserRemoved) -> None:
        Credential.objects(user=event.user.id).delete()
        self._end(sessions.of_user(event.user.id))

    def _user(self, user: str) -> User | None:
        try:
            return self.calls(GetUser(user=user))
        except UserUnknown:
            return None

    def _end(self, ending: list[LogInSession]) -> Done:
        for session in ending:
            self.tell(sessions.end(session))
        return Done()
