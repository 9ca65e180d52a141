"""What is worth a notification, and the facts its words need."""

import msgspec

from services.contracts.users import User


class Message(msgspec.Struct, frozen=True):
    user: str
    kind: str
    facts: dict[str, str]
    key: str = ""
    """tells it from others of the kind to the same user"""


def welcome(user: User) -> Message:
    return Message(user=user.id, kind="welcome", facts={"name": user.name, "organisation": user.organisation})
