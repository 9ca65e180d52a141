"""A watched site, in the database `apps`."""

from mongoengine import BooleanField, IntField, ListField, StringField

from services.contracts.apps import App, AppRole
from services.hosting.database import Record


class Site(Record):
    """`key` is the name without regard to case, unique in the organisation."""

    name = StringField(required=True)
    key = StringField(required=True)
    url = StringField(required=True)
    origins = ListField(StringField(), required=True)
    description = StringField(default="")
    tags = ListField(StringField())
    visibility = StringField(required=True)
    owner = StringField(required=True)
    organisation = StringField(required=True)
    members = ListField(StringField())
    """user ids of those who accepted an invite"""
    locked = BooleanField(default=False)
    created_at = IntField(required=True)

    meta = {
        "db_alias": "apps",
        "collection": "sites",
        "indexes": [{"fields": ["organisation", "key"], "unique": True}],
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
