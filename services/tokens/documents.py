"""Issued tokens and signing keys, in the database `tokens`."""

from mongoengine import IntField, ListField, StringField

from services.contracts.tokens import AppToken
from services.hosting.database import Record
from services.hosting.signing import SigningKey


class IssuedToken(Record):
    """The token itself is kept, since the snippet shows it; every page that carries it shows it too."""

    jti = StringField(primary_key=True)
    app = StringField(required=True)
    issue = IntField(required=True)
    origins = ListField(StringField(), required=True)
    issued_by = StringField(required=True)
    issued_at = IntField(required=True)
    expires_at = IntField(required=True)
    revoked_at = IntField()
    token = StringField(required=True)

    meta = {
        "db_alias": "tokens",
        "collection": "tokens",
        "indexes": [
            {"fields": ["app", "issue"], "unique": True},
            {"fields": ["revoked_at", "expires_at"], "sparse": True},
        ],
    }

    def told(self) -> AppToken:
        return AppToken(token=self.token, expires_at=self.expires_at, issue=self.issue)


class AppKey(SigningKey):
    """Signs app tokens."""

    meta = {"db_alias": "tokens", "collection": "app_keys"}
