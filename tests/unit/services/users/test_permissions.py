"""The table of who may do what in an organisation, cell by cell."""

from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from services.contracts.users import OrganisationAction, Role
from services.users import permissions
from services.users.permissions import RULES, may

DONE: dict[Role, str] = {"admin": "see_people approve remove hand_over make_links read_audit", "member": ""}


@pytest.mark.parametrize(("role", "action"), [*product(DONE, get_args(OrganisationAction))])
def test_each_cell(role: Role, action: OrganisationAction) -> None:
    assert may(role, action) == (action in DONE[role].split())


def test_every_action_has_one_rule() -> None:
    assert sorted(rule.action for rule in RULES) == sorted(get_args(OrganisationAction))


def test_the_table_in_the_documentation_is_this_one() -> None:
    file = Path(permissions.__file__).with_name("PERMISSIONS.md")
    assert file.read_text() == permissions.written(), (
        "python -m services.users.permissions > services/users/PERMISSIONS.md"
    )
