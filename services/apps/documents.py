"""A watched site, in the database `apps`."""

from mongoengine import (
    BooleanField,
    EmbeddedDocument,
    EmbeddedDocumentListField,
    IntField,
    ListField,
    StringField,
)

from services.contracts.apps import App, AppFacts, AppRole
from services.hosting.telling import Telling


class Invitation(EmbeddedDocument):
    """An invite that was not accepted: who accepts becomes one of the members."""

    user = StringField(required=True)
    rejected = BooleanField(default=False)
    invited_at = IntField(required=True)
    reminded_at = IntField(default=0)


class Site(Telling):
    """`key` is the name without regard to case, unique in the organisation. A deleted site belongs to no
    organisation, so that nobody finds it, and is here only until its end is told.
    """

    name = StringField(required=True)
    key = StringField(required=True)
    url = StringField(required=True)
    origins = ListField(StringField(), required=True)
    description = StringField(default="")
    tags = ListField(StringField())
    visibility = StringField(required=True)
    owner = StringField(required=True)
    organisation = StringField()
    members = ListField(StringField())
    """user ids of those who accepted an invite"""
    invitations = EmbeddedDocumentListField(Invitation)
    locked = BooleanField(default=False)
    created_at = IntField(required=True)
    version = IntField(required=True, default=1)
    """counts changes"""

    meta = {
        "db_alias": "apps",
        "collection": "sites",
        "indexes": [
            {"fields": ["organisation", "key"], "unique": True},
            {"fields": ["invitations.user"], "sparse": True},
            "owner",
            "members",
        ],
    }

    def told(self, role: AppRole) -> App:
        return App(
            id=str(self.id),
            name=self.name,
            url=self.url,
            origins=list(self.origins),
            description=self.description,
            tags=list(self.tags),
            visibility=self.visibility,
            owner=self.owner,
            organisation=self.organisation,
            locked=self.locked,
            role=role,
            created_at=self.created_at,
        )

    def facts(self) -> AppFacts:
        return AppFacts(
            app=str(self.id),
            version=self.version,
            name=self.name,
            organisation=self.organisation,
            owner=self.owner,
            members=list(self.members),
            origins=list(self.origins),
            visibility=self.visibility,
        )

    def invitation(self, user: str) -> Invitation | None:
        return next((invite for invite in self.invitations if invite.user == user), None)

    def all_told(self) -> None:
        type(self).objects(id=self.id, organisation=None, untold__0__exists=False).delete()
