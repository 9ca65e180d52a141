"""Credentials, failed tries, log-in sessions and signing keys, in the database `auth`."""

from mongoengine import BooleanField, DateTimeField, IntField, ListField, StringField

from services.auth.throttling import FORGOTTEN_AFTER
from services.hosting.database import Record
from services.hosting.signing import SigningKey


class Credential(Record):
    user = StringField(primary_key=True)
    email = StringField(required=True)
    password_hash = StringField(required=True)
    logged_in = BooleanField(default=False)
    """ever"""

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


class LogInSession(Record):
    """One device logged in. `token` is the digest of the refresh token that works now, `spent` of those
    before it; `salt` made the one from the last of the others.
    """

    id = StringField(primary_key=True)
    user = StringField(required=True)
    device = StringField(default="")
    token = StringField(required=True)
    spent = ListField(StringField())
    salt = StringField(default="")
    created_at = IntField(required=True)
    refreshed_at = IntField(required=True)
    expires_at = DateTimeField(required=True)

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


class AccessKey(SigningKey):
    """Signs access tokens."""

    meta = {"db_alias": "auth", "collection": "access_keys"}
