"""Who may do what with an app.

A user is to an app its owner, a member (accepted an invite), a viewer (of the same organisation, the app
being public), or nobody: then it does not exist for them.
"""

from services.contracts.apps import Action, AppRole, Visibility

MAY: dict[AppRole, frozenset[Action]] = {
    "owner": frozenset({"see", "configure", "issue_token", "invite", "lock", "update", "delete"}),
    "member": frozenset({"see", "configure"}),
    "viewer": frozenset({"see"}),
}

FROZEN: frozenset[Action] = frozenset({"configure"})
"""what nobody may while the app is locked, the owner neither"""


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
