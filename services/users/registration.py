"""How somebody joins: the first of a domain founds it and is its admin; who has a link from the admin is in at once;
others wait for the admin's approval, since a domain typed into a form proves nothing.
"""

from services.contracts.users import Role, Standing


def same_address(email: str) -> str:
    """E-mail addresses are the same whatever their letters' case."""
    return email.strip().lower()


def same_domain(domain: str) -> str:
    return domain.lower()


def role_of(founder: bool) -> Role:
    return "admin" if founder else "member"


def standing_of(founder: bool, invited: bool = False) -> Standing:
    return "active" if founder or invited else "pending"
