"""A notification, in the database `notifications`."""

from mongoengine import BooleanField, DictField, IntField, StringField

from services.contracts.notifications import Notification
from services.hosting.database import Record


class Note(Record):
    """`key` tells notifications of a kind apart, so that an event that comes twice makes one."""

    user = StringField(required=True)
    kind = StringField(required=True)
    key = StringField(default="")
    facts = DictField()
    hidden = BooleanField(default=False)
    created_at = IntField(required=True)

    meta = {
        "db_alias": "notifications",
        "collection": "notes",
        "indexes": [{"fields": ["user", "kind", "key"], "unique": True}, ["user", "-created_at"]],
    }

    def told(self) -> Notification:
        return Notification(
            id=str(self.id),
            kind=self.kind,
            facts=dict(self.facts),
            hidden=self.hidden,
            created_at=self.created_at,
        )
