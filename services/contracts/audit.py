"""Who did what, and when. Every service tells what people did through it; the service `users` keeps it for the admin of
the organisation. Nothing changes an entry or takes one out but its age.

An entry names people and apps and says what was done: it holds no secret, no e-mail or IP address, and nothing of a
visitor.
"""

import secrets
import time
from typing import Annotated, ClassVar, Literal

import msgspec

from services.contracts.messages import Actor, Call, Event

Did = Literal[
    "logged_in",
    "log_in_failed",
    "logged_out",
    "logged_out_everywhere",
    "session_ended",
    "refresh_token_reused",
    "password_changed",
    "password_reset",
    "reset_link_made",
    "totp_on",
    "totp_off",
    "api_key_created",
    "api_key_revoked",
    "registered",
    "approved",
    "refused",
    "removed",
    "organisation_handed_over",
    "join_link_made",
    "join_link_revoked",
    "app_created",
    "app_changed",
    "app_deleted",
    "app_locked",
    "app_unlocked",
    "app_handed_over",
    "member_invited",
    "member_reminded",
    "invite_accepted",
    "invite_rejected",
    "member_removed",
    "member_left",
    "config_changed",
    "config_restored",
    "token_issued",
    "token_revoked",
    "events_imported",
    "events_exported",
    "visitor_erased",
    "retention_changed",
]


class Deed(Event):
    """What somebody did. It may come twice; `id` makes it one."""

    did: Did
    by: str
    """the user; the operator of the installation where it is empty"""
    organisation: str = ""
    """empty: that of `by`, or of `whom`"""
    whom: str = ""
    """the user it was done to"""
    app: str = ""
    app_name: str = ""
    """as it was called then"""
    facts: dict[str, str] = {}
    """what the words of the entry need"""
    id: str = msgspec.field(default_factory=lambda: secrets.token_hex(12))
    at: int = msgspec.field(default_factory=lambda: int(time.time() * 1000))
    """UNIX ms"""


class AuthDeed(Deed):
    address: ClassVar[str] = "auth/did"


class UsersDeed(Deed):
    address: ClassVar[str] = "users/did"


class AppsDeed(Deed):
    address: ClassVar[str] = "apps/did"


class ConfigDeed(Deed):
    address: ClassVar[str] = "config/did"


class TokensDeed(Deed):
    address: ClassVar[str] = "tokens/did"


class RecorderDeed(Deed):
    address: ClassVar[str] = "recorder/did"


class AuditEntry(msgspec.Struct, kw_only=True):
    id: str
    at: int
    """UNIX ms"""
    did: Did
    by: str
    """the user; empty: the operator of the installation"""
    by_name: str
    whom: str
    """the user it was done to; empty: nobody"""
    whom_name: str
    app: str
    """empty: none"""
    app_name: str
    """people and apps by the names they had then"""
    facts: dict[str, str]


class Named(msgspec.Struct):
    id: str
    name: str


class AuditPage(msgspec.Struct, kw_only=True):
    entries: list[AuditEntry]
    """the newest first"""
    before: str | None
    """asks for the next page; None: this is the last one"""


class AuditNames(msgspec.Struct, kw_only=True):
    people: list[Named]
    apps: list[Named]


Place = Annotated[str, msgspec.Meta(max_length=80)]


class ReadAudit(Call[AuditPage]):
    """Only the admin of the organisation. Raises Forbidden, InvalidInput where `before` is none of ours."""

    address: ClassVar[str] = "users.audit"
    actor: Actor
    person: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    """who did it, or whom it was done to"""
    app: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    did: Did | None = None
    before: Place | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=5000)] = 50


class ListAuditNames(Call[AuditNames]):
    """Everybody and every app that the organisation's log names, by name, to filter by. Raises Forbidden."""

    address: ClassVar[str] = "users.audit_names"
    actor: Actor
