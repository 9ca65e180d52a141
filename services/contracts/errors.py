"""Every refusal a service or the edge can give; part of the interface, so a name once given stays.

    Refused
    ├── InvalidInput           422
    ├── Unauthenticated        401
    │   ├── WrongCredentials
    │   ├── SecondFactorRequired
    │   ├── SecondFactorWrong
    │   ├── AccessTokenInvalid
    │   ├── RefreshTokenInvalid
    │   ├── ResetLinkInvalid
    │   ├── JoinLinkInvalid
    │   └── AppTokenInvalid
    ├── Forbidden              403
    │   ├── ApprovalPending
    │   ├── ScopeMissing
    │   └── OriginForeign
    ├── NotFound               404
    │   ├── AppUnknown
    │   ├── UserUnknown
    │   ├── SessionUnknown
    │   ├── LogInSessionUnknown
    │   ├── ApiKeyUnknown
    │   ├── JoinLinkUnknown
    │   ├── MemberUnknown
    │   ├── InviteUnknown
    │   ├── TokenUnknown
    │   ├── VersionUnknown
    │   ├── NotificationUnknown
    │   └── ImportUnknown
    ├── Conflict               409
    │   ├── EmailTaken
    │   ├── TotpOn
    │   ├── AppNameTaken
    │   ├── AlreadyMember
    │   ├── AlreadyInvited
    │   ├── ConfigLocked
    │   └── ImportConflict
    ├── TooManyRequests        429
    └── Unreachable            502 the service answered nonsense or does not exist
        ├── ServiceUnknown     502
        ├── ServiceFailed      502
        ├── BrokerDown         503
        ├── Overloaded         503
        └── CallTimedOut       504

The class decides the HTTP status and the stable problem `type`; the text says what to do.
"""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar


class Refused(Exception):
    """A refusal with a reason a caller can act on.

    `field` is the path of the offending input (`stages[1].value`), `retry_after` whole seconds to wait. Where several
    inputs offend, `problems` names each with what is wrong with it, the first being `field` and `detail`.
    """

    status: ClassVar[int] = 400

    def __init__(
        self,
        detail: str = "",
        field: str | None = None,
        retry_after: int | None = None,
        problems: Sequence[Sequence[str]] = (),
    ) -> None:
        several = [[list(problem) for problem in problems]] if problems else []
        super().__init__(detail, field, retry_after, *several)
        self.detail = detail
        self.field = field
        self.retry_after = retry_after
        self.problems = [(at, what) for at, what in problems] or ([(field, detail)] if field else [])

    def __str__(self) -> str:
        return f"{self.field}: {self.detail}" if self.field else self.detail

    @classmethod
    def again(cls, arguments: Sequence[object]) -> "Refused":
        """The refusal whose `args` these are, as they came over the wire. A serializer that knows text only makes
        `None` of None and `5` of 5.
        """
        detail, field, retry_after, problems = (*arguments, None, None, None, None)[:4]
        seconds = int(str(retry_after)) if str(retry_after).isdecimal() else None
        several = problems if isinstance(problems, list) else []
        return cls(
            str(detail or ""),
            None if field in (None, "None") else str(field),
            seconds,
            [(str(at), str(what)) for at, what in several],
        )

    @classmethod
    def slug(cls) -> str:
        """`EmailTaken` -> `email-taken`, the problem's type."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


class InvalidInput(Refused):
    """A value is malformed or out of its range; `field` names it."""

    status = 422


class Unauthenticated(Refused):
    status = 401


class WrongCredentials(Unauthenticated):
    """E-mail or password is wrong; deliberately not said which."""


class SecondFactorRequired(Unauthenticated):
    """The password is right, and the account asks for a code, too."""


class SecondFactorWrong(Unauthenticated):
    """The code is wrong or was used already."""


class AccessTokenInvalid(Unauthenticated):
    """The Bearer token is missing, forged or expired."""


class RefreshTokenInvalid(Unauthenticated):
    """The refresh token is missing, unknown, used before or expired: log in again."""


class ResetLinkInvalid(Unauthenticated):
    """The link that sets a new password is unknown, used or older than an hour."""


class JoinLinkInvalid(Unauthenticated):
    """The link into an organisation is unknown, revoked, used up, too old, or for somebody else."""


class AppTokenInvalid(Unauthenticated):
    """The app's tracker token is missing, forged, expired or revoked."""


class Forbidden(Refused):
    status = 403


class ApprovalPending(Forbidden):
    """The account exists, an admin of the organisation has not approved it yet."""


class ScopeMissing(Forbidden):
    """The API key was not made for that."""


class OriginForeign(Forbidden):
    """The page's origin is not one of the app's."""


class NotFound(Refused):
    status = 404


class AppUnknown(NotFound):
    """No such app, or none that the caller may know of."""


class UserUnknown(NotFound):
    pass


class SessionUnknown(NotFound):
    """No visit with this id in the app's reports."""


class LogInSessionUnknown(NotFound):
    """The asker has no log-in session of that id, or it has ended."""


class ApiKeyUnknown(NotFound):
    """The asker has no API key of that id."""


class JoinLinkUnknown(NotFound):
    """The organisation has no link of that id."""


class MemberUnknown(NotFound):
    """Nobody of that id is a member of the app, or is invited."""


class InviteUnknown(NotFound):
    """There is no pending invite, be it that there is no such app."""


class TokenUnknown(NotFound):
    """The app was never issued that token, or it has ended."""


class VersionUnknown(NotFound):
    """The app's config never had that version."""


class NotificationUnknown(NotFound):
    pass


class ImportUnknown(NotFound):
    """Nothing of an import of that id was confirmed yet."""


class Conflict(Refused):
    status = 409


class EmailTaken(Conflict):
    """Tells a stranger that an account exists: without a mail that proves the address there is no other honest answer.
    Asking is limited per IP address and minute.
    """


class TotpOn(Conflict):
    """The account has a second factor already."""


class AppNameTaken(Conflict):
    pass


class AlreadyMember(Conflict):
    pass


class AlreadyInvited(Conflict):
    """They have not answered yet: remind them."""


class ConfigLocked(Conflict):
    """The owner froze the app's config."""


class ImportConflict(Conflict):
    """The import of that id is of another file, or not as far as the offset says."""


class TooManyRequests(Refused):
    status = 429


class Unreachable(Refused):
    """A call found nobody who could answer it."""

    status = 502


class ServiceUnknown(Unreachable):
    """No queue is bound for that service or method."""


class ServiceFailed(Unreachable):
    """The service raised something that is not a refusal, or answered what cannot be decoded."""


class BrokerDown(Unreachable):
    status = 503


class Overloaded(Unreachable):
    """More is coming in than can be made durable now; come back after `retry_after`."""

    status = 503


class CallTimedOut(Unreachable):
    status = 504


def _tree(root: type[Refused]) -> Iterator[type[Refused]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


BY_NAME = {error.__name__: error for error in _tree(Refused)}
