"""The table of who may do what, cell by cell."""

from itertools import product
from typing import get_args

import pytest

from services.apps.permissions import frozen, may, role_of
from services.contracts.apps import Action, AppRole, Visibility

ACTIONS = get_args(Action)

# role, locked -> the actions that are done then
DONE: dict[tuple[AppRole, bool], str] = {
    ("owner", False): "see configure issue_token invite lock update delete",
    ("owner", True): "see issue_token invite lock update delete",
    ("member", False): "see configure",
    ("member", True): "see",
    ("viewer", False): "see",
    ("viewer", True): "see",
}


@pytest.mark.parametrize(
    ("role", "locked", "action"), [(*key, action) for key, action in product(DONE, ACTIONS)]
)
def test_each_cell(role: AppRole, locked: bool, action: Action) -> None:
    done = may(role, action) and not frozen(action, locked)
    assert done is (action in DONE[role, locked].split())


def test_the_table_names_every_role() -> None:
    assert {role for role, _ in DONE} == set(get_args(AppRole))


@pytest.mark.parametrize(
    ("user", "visibility", "role"),
    [
        ("owner", "private", "owner"),
        ("owner", "public", "owner"),
        ("member", "private", "member"),
        ("member", "public", "member"),
        ("colleague", "private", None),
        ("colleague", "public", "viewer"),
    ],
)
def test_what_a_user_is_to_an_app(user: str, visibility: Visibility, role: AppRole | None) -> None:
    assert role_of(user, owner="owner", members=["member"], visibility=visibility) == role
