"""The table of who may do what, cell by cell."""

from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from services.apps import permissions
from services.apps.permissions import ANSWER, RULES, frozen, may, role_of
from services.contracts.apps import Action, AppRole, Visibility

ACTIONS = get_args(Action)

# role, locked -> the actions that are done then
DONE: dict[tuple[AppRole, bool], str] = {
    (
        "owner",
        False,
    ): "see configure export import erase issue_token invite lock unlock update hand_over delete",
    ("owner", True): "see export import erase issue_token invite lock unlock update hand_over delete",
    ("member", False): "see configure export leave",
    ("member", True): "see export leave",
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


def test_every_action_has_its_rule() -> None:
    assert sorted(rule.action for rule in RULES) == sorted(set(ACTIONS) - {ANSWER})


def test_the_document_is_the_table() -> None:
    document = Path(permissions.__file__).with_name("PERMISSIONS.md")
    assert document.read_text() == permissions.written(), "python -m services.apps.permissions > it"
