"""People, links into the organisation, and the audit log, in the database `users`."""

from mongoengine import BooleanField, DateTimeField, DictField, IntField, ListField, StringField

from services.contracts.audit import AuditEntry
from services.contracts.join_links import JoinLink
from services.contracts.users import User
from services.hosting.database import Record
from services.hosting.telling import Telling

REMOVED = "removed"


class Person(Telling):
    """`founder` is unique within an organisation: of two who found it at once, the database takes one. It goes with
    the admin, so that nobody founds an organisation a second time.

    Who was removed stays, as `removed` and without their e-mail, until everybody has been told.
    """

    email = StringField(required=True)
    name = StringField(required=True)
    organisation = StringField(required=True)
    founder = BooleanField(default=False)
    role = StringField(required=True, default="member")
    standing = StringField(required=True, default="enrolling")
    position = StringField(default="")
    created_at = IntField(required=True)

    meta = {
        "db_alias": "users",
        "collection": "people",
        "indexes": [
            {"fields": ["email"], "unique": True},
            {
                "fields": ["organisation"],
                "unique": True,
                "partialFilterExpression": {"founder": True},
                "name": "founder",
            },
            ["organisation", "standing", "name"],
        ],
    }

    def all_told(self) -> None:
        if self.standing == REMOVED:
            Person.objects(id=self.id, standing=REMOVED).delete()

    def told(self) -> User:
        return User(
            id=str(self.id),
            email=self.email,
            name=self.name,
            organisation=self.organisation,
            role=self.role,
            standing=self.standing,
            position=self.position,
            created_at=self.created_at,
        )


class LinkRecord(Telling):
    """A link that lets people in, by the digest of its token. A revoked one goes when that has been told."""

    id = StringField(primary_key=True)
    token = StringField(required=True)
    organisation = StringField(required=True)
    by = StringField(required=True)
    email = StringField(default="")
    most = IntField(required=True)
    left = IntField(required=True)
    used_by = ListField(StringField())
    """whom each use was for"""
    created_at = IntField(required=True)
    expires_at = DateTimeField(required=True)
    revoked = BooleanField(default=False)

    meta = {
        "db_alias": "users",
        "collection": "links",
        "indexes": [
            {"fields": ["token"], "unique": True},
            "organisation",
            "by",
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
        ],
    }

    def all_told(self) -> None:
        LinkRecord.objects(id=self.id, revoked=True).delete()

    def told(self) -> JoinLink:
        return JoinLink(
            id=self.id,
            by=self.by,
            email=self.email,
            most=self.most,
            left=self.left,
            created_at=self.created_at,
            expires_at=int(self.expires_at.timestamp() * 1000),
        )


class AuditRecord(Record):
    """What somebody did, by the names that people and app had then: it outlives them."""

    deed = StringField(required=True)
    organisation = StringField(required=True)
    at = IntField(required=True)
    did = StringField(required=True)
    by = StringField(default="")
    by_name = StringField(default="")
    whom = StringField(default="")
    whom_name = StringField(default="")
    app = StringField(default="")
    app_name = StringField(default="")
    facts = DictField()

    meta = {
        "db_alias": "users",
        "collection": "audit",
        "indexes": [
            {"fields": ["deed"], "unique": True},
            ["organisation", "-at", "-deed"],
            ["organisation", "app", "-at"],
            ["by", "-at"],
            ["whom", "-at"],
            "at",
        ],
    }

    def told(self) -> AuditEntry:
        return AuditEntry(
            id=self.deed,
            at=self.at,
            did=self.did,
            by=self.by,
            by_name=self.by_name,
            whom=self.whom,
            whom_name=self.whom_name,
            app=self.app,
            app_name=self.app_name,
            facts=dict(self.facts),
        )
