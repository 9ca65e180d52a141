"""Issued tokens, the apps they are for, and signing keys, in the database `tokens`."""

from mongoengine import BooleanField, IntField, ListField, StringField

from services.contracts.tokens import AppToken, CurrentOrigins, Issued
from services.hosting.signing import SigningKey
from services.hosting.telling import Telling


class IssuedToken(Telling):
    """The token itself is kept, since the snippet shows it; every page that carries it shows it too."""

    jti = StringField(primary_key=True)
    app = StringField(required=True)
    issue = IntField(required=True)
    origins = ListField(StringField(), required=True)
    issued_by = StringField(required=True)
    issued_at = IntField(required=True)
    expires_at = IntField(required=True)
    revoked_at = IntField()
    """when it ends before its time; in the future while a newer one takes over"""
    noticed = ListField(IntField())
    """days before its end at which its owner was told"""
    token = StringField(required=True)

    meta = {
        "db_alias": "tokens",
        "collection": "tokens",
        "indexes": [
            {"fields": ["app", "issue"], "unique": True},
            {"fields": ["revoked_at", "expires_at"], "sparse": True},
            "expires_at",
        ],
    }

    def told(self) -> AppToken:
        return AppToken(token=self.token, expires_at=self.expires_at, issue=self.issue)

    def listed(self) -> Issued:
        return Issued(
            issue=self.issue,
            issued_by=self.issued_by,
            issued_at=self.issued_at,
            ends_at=min(self.expires_at, self.revoked_at or self.expires_at),
            revoked=self.revoked_at is not None,
        )


class KnownApp(Telling):
    """An app as `apps` told of it last. A deleted one is kept, so that nothing late brings it back."""

    app = StringField(primary_key=True)
    version = IntField(required=True)
    name = StringField(required=True)
    owner = StringField(required=True)
    origins = ListField(StringField())
    deleted = BooleanField(default=False)

    meta = {"db_alias": "tokens", "collection": "apps"}

    def current_origins(self) -> CurrentOrigins:
        return CurrentOrigins(app=self.app, version=self.version, origins=tuple(self.origins))


class AppKey(SigningKey):
    """Signs app tokens."""

    meta = {"db_alias": "tokens", "collection": "app_keys"}
