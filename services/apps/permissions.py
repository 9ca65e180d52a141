"""Who may do what with an app: the one table of it. `PERMISSIONS.md` beside it is made from it
(`python -m services.apps.permissions`).

A user is to an app its owner, a member (accepted an invite), a viewer (of the same organisation, the app
being public), or nobody: then it does not exist for them. Who has been invited and has not answered may
answer, whatever else they are. Being an admin of the organisation makes nothing of anybody here.
"""

import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.contracts.apps import Action, AppRole, Visibility


class Rule(NamedTuple):
    action: Action
    roles: frozenset[AppRole]
    words: str
    frozen: bool = False
    """not while the app is locked, by the owner neither"""
    typed: bool = False
    """`domain/app-name` is to be typed"""


_ALL: frozenset[AppRole] = frozenset({"owner", "member", "viewer"})
_TEAM: frozenset[AppRole] = frozenset({"owner", "member"})
_OWNER: frozenset[AppRole] = frozenset({"owner"})

RULES = (
    Rule(
        "see",
        _ALL,
        "see the app, its members, config and its history, reports and live view, copy its snippet",
    ),
    Rule("configure", _TEAM, "change or restore funnel, buttons, campaigns and capture", frozen=True),
    Rule("export", _TEAM, "take the app's events out"),
    Rule("import", _OWNER, "bring past events in"),
    Rule("erase", _OWNER, "erase a visitor"),
    Rule("issue_token", _OWNER, "issue, rotate, list and revoke the app's tokens"),
    Rule("invite", _OWNER, "invite and remind colleagues, remove members, take invites back"),
    Rule("lock", _OWNER, "lock the config"),
    Rule("unlock", _OWNER, "unlock the config", typed=True),
    Rule("update", _OWNER, "change name, address, origins, description, tags, visibility"),
    Rule("hand_over", _OWNER, "make a member the owner"),
    Rule("delete", _OWNER, "delete the app and its data", typed=True),
    Rule("leave", frozenset({"member"}), "leave the app"),
)
ANSWER: Action = "answer"
"""accepting or rejecting: for who is invited, and belongs to no role"""

MAY: dict[AppRole, frozenset[Action]] = {
    role: frozenset(rule.action for rule in RULES if role in rule.roles) for role in _ALL
}
FROZEN: frozenset[Action] = frozenset(rule.action for rule in RULES if rule.frozen)


def role_of(user: str, owner: str, members: list[str], visibility: Visibility) -> AppRole | None:
    """What a user of the app's organisation is to it; None: they may not know of it."""
    if user == owner:
        return "owner"
    if user in members:
        return "member"
    return "viewer" if visibility == "public" else None


def may(role: AppRole, action: Action) -> bool:
    return action in MAY[role]


def frozen(action: Action, locked: bool) -> bool:
    return locked and action in FROZEN


def written() -> str:
    """The table as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Who may do what with an app"
    yield ""
    yield "Made from `permissions.py` by `python -m services.apps.permissions`; the tests ask the edge for every cell."
    yield ""
    yield _row(["", "owner", "member", "colleague, public app", "colleague, private app", "locked", "action"])
    yield _row(["---"] * 7)
    for rule in RULES:
        yield _row([rule.words + (" (typing `domain/app-name`)" if rule.typed else ""), *_cells(rule)])
    yield _row(
        ["accept or reject an invite", "-", "-", "while invited", "while invited", "the same", f"`{ANSWER}`"]
    )
    yield ""
    yield "- A **member** has accepted an invite. Pending and rejected ones are colleagues like others."
    yield "- An **admin of the organisation** is a colleague like others."
    yield "- For everybody else, and for a colleague where the app is private, the app does not exist (404)."
    yield "- What one may see but not do is 403; a locked config is 409."


def _cells(rule: Rule) -> Iterable[str]:
    roles: tuple[AppRole, ...] = ("owner", "member", "viewer")
    yield from ("yes" if role in rule.roles else "-" for role in roles)
    yield "-"
    yield "nobody" if rule.frozen else "the same"
    yield f"`{rule.action}`"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(written())
