"""Credentials, failed tries, log-in sessions and signing keys, in the database `auth`."""

from mongoengine import BooleanField, DateTimeField, DictField, IntField, ListField, StringField

from services.auth.throttling import FORGOTTEN_AFTER
from services.contracts import auth
from services.hosting.database import Record
from services.hosting.signing import SigningKey
from services.hosting.telling import Telling


class Credential(Telling):
    user = StringField(primary_key=True)
    email = StringField(required=True)
    password_hash = StringField(required=True)
    logged_in = BooleanField(default=False)
    """ever"""
    totp_on = BooleanField(default=False)
    totp_secret = StringField(default="")
    """as it is: it has to be computed with; the database is auth's alone"""
    totp_step = IntField(default=0)
    """of the last code used"""
    recovery = ListField(StringField())
    """digests of the codes left"""

    meta = {
        "db_alias": "auth",
        "collection": "credentials",
        "indexes": [{"fields": ["email"], "unique": True}],
    }


class Tries(Record):
    """Log-ins tried in a row without the right password, for known and unknown e-mails alike."""

    email = StringField(primary_key=True)
    count = IntField(default=0)
    wait_until = IntField(default=0)
    """UNIX ms"""
    last = DateTimeField(required=True)

    meta = {
        "db_alias": "auth",
        "collection": "tries",
        "indexes": [{"fields": ["last"], "expireAfterSeconds": FORGOTTEN_AFTER}],
    }


class LogInSession(Telling):
    """One device logged in. `token` is the digest of the refresh token that works now, `spent` of those
    before it. It has neither once it has ended, and goes when the
    last of its access tokens has.
    """

    id = StringField(primary_key=True)
    user = StringField(required=True)
    device = StringField(default="")
    token = StringField(required=True)
    spent = ListField(StringField())
    rotations = ListField(DictField())
    """the last ones, oldest first: `refreshing.Rotation`"""
    created_at = IntField(required=True)
    refreshed_at = IntField(required=True)
    expires_at = DateTimeField(required=True)
    ended = BooleanField(default=False)

    meta = {
        "db_alias": "auth",
        "collection": "sessions",
        "indexes": [
            {"fields": ["token"], "unique": True},
            "spent",
            "user",
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
        ],
    }

    def told(self, asked_in: str) -> auth.LogInSession:
        return auth.LogInSession(
            id=self.id,
            device=self.device,
            created_at=self.created_at,
            refreshed_at=self.refreshed_at,
            current=self.id == asked_in,
        )


class PasswordReset(Record):
    """A link that was given out, by the digest of its token."""

    token = StringField(primary_key=True)
    user = StringField(required=True)
    expires_at = DateTimeField(required=True)

    meta = {
        "db_alias": "auth",
        "collection": "resets",
        "indexes": ["user", {"fields": ["expires_at"], "expireAfterSeconds": 0}],
    }


class ScriptKey(Telling):
    """An API key, by the digest of its secret. A revoked one goes when all edges have been told."""

    id = StringField(primary_key=True)
    secret = StringField(required=True)
    user = StringField(required=True)
    name = StringField(required=True)
    scopes = ListField(StringField(), required=True)
    created_at = IntField(required=True)
    expires_at = DateTimeField(required=True)
    revoked = BooleanField(default=False)

    meta = {
        "db_alias": "auth",
        "collection": "api_keys",
        "indexes": [
            {"fields": ["secret"], "unique": True},
            "user",
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
        ],
    }

    def all_told(self) -> None:
        ScriptKey.objects(id=self.id, revoked=True).delete()

    def told(self) -> auth.ApiKey:
        return auth.ApiKey(
            id=self.id,
            name=self.name,
            scopes=list(self.scopes),
            created_at=self.created_at,
            expires_at=int(self.expires_at.timestamp() * 1000),
        )


class AccessKey(SigningKey):
    """Signs access tokens."""

    meta = {"db_alias": "auth", "collection": "access_keys"}
