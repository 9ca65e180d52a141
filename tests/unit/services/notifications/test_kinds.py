"""What is worth a notification."""

from services.contracts.users import User
from services.notifications.kinds import Message, welcome


def test_who_registers_is_welcomed_by_name() -> None:
    ada = User(
        id="u1",
        email="a@x.example",
        name="Ada",
        organisation="x.example",
        role="admin",
        standing="active",
        created_at=1,
    )
    assert welcome(ada) == Message(
        user="u1", kind="welcome", facts={"name": "Ada", "organisation": "x.example"}
    )
