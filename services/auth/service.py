"""The service `auth`: passwords, access tokens and log-in sessions."""

from services.auth import enrolling, logging_in, sessions
from services.auth.documents import AccessKey
from services.contracts.auth import Enrol, GetAccessKeys, LoggedIn, LogIn, LogOut, PublicKeys, Refresh
from services.contracts.messages import Done
from services.contracts.users import GetUser
from services.hosting import Calls, Database, Healthy, rpc


class Auth(Healthy):
    name = "auth"

    database = Database("auth")
    calls = Calls()

    @rpc
    def enrol(self, request: Enrol) -> Done:
        enrolling.enrol(request)
        return Done()

    @rpc
    def login(self, request: LogIn) -> LoggedIn:
        credential = logging_in.credential(request)
        return logging_in.admit(self.calls(GetUser(user=credential.user)), request.device)

    @rpc
    def refresh(self, request: Refresh) -> LoggedIn:
        session = sessions.of_token(request.refresh_token)
        return logging_in.readmit(self.calls(GetUser(user=session.user)), session, request.refresh_token)

    @rpc
    def logout(self, request: LogOut) -> Done:
        sessions.end_by_token(request.refresh_token)
        return Done()

    @rpc
    def keys(self, request: GetAccessKeys) -> PublicKeys:
        return AccessKey.public_keys()
