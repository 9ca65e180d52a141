"""Who may do what in an organisation: the one table of it. `PERMISSIONS.md` beside it is made from it
(`python -m services.users.permissions`).

An admin is who the database says, not who an access token of a quarter of an hour ago says. Who waits for approval
cannot log in, and for another organisation nobody of this one exists.
"""

import sys
from collections.abc import Iterator
from typing import NamedTuple

from services.contracts.users import OrganisationAction, Role


class Rule(NamedTuple):
    action: OrganisationAction
    roles: frozenset[Role]
    words: str


_ADMIN: frozenset[Role] = frozenset({"admin"})

RULES = (
    Rule("see_people", _ADMIN, "see everybody with their standing, those who wait too"),
    Rule("approve", _ADMIN, "let somebody in who waits"),
    Rule("remove", _ADMIN, "refuse somebody who waits, take a colleague out"),
    Rule("hand_over", _ADMIN, "make a colleague the admin in one's place"),
    Rule("make_links", _ADMIN, "make, list and revoke links that let people in without approval"),
    Rule("read_audit", _ADMIN, "read the audit log"),
)

_MAY = {(role, rule.action) for rule in RULES for role in rule.roles}


def may(role: Role, action: OrganisationAction) -> bool:
    return (role, action) in _MAY


def written() -> str:
    """The table as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Who may do what in an organisation"
    yield ""
    yield "Made from `permissions.py` by `python -m services.users.permissions`; the tests ask the edge for every cell."
    yield ""
    yield "|  | admin | member | action |"
    yield "| --- | --- | --- | --- |"
    for rule in RULES:
        cells = ("yes" if role in rule.roles else "-" for role in ("admin", "member"))
        yield f"| {rule.words} | {' | '.join(cells)} | `{rule.action}` |"
    yield ""
    yield "- All of it is for people who are logged in: an API key may do none of it (403 `scope-missing`)."
    yield "- Another organisation's people do not exist (404); its log cannot be named."


if __name__ == "__main__":
    sys.stdout.write(written())
