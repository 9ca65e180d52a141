"""A person, in the database `users`."""

from mongoengine import BooleanField, IntField, StringField

from services.contracts.users import User
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
