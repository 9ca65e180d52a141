"""What an access token says. The edge checks it without asking, so it lives 15 minutes only."""

from services.contracts.users import User

ISSUER = "datalab/auth"
LIFETIME = 15 * 60
"""seconds"""


def claims(user: User, session: str, at: int) -> dict[str, object]:
    """`at`: UNIX ms. JWT's own times are in seconds."""
    issued = at // 1000
    return {
        "iss": ISSUER,
        "sub": user.id,
        "org": user.organisation,
        "role": user.role,
        "sid": session,
        "iat": issued,
        "exp": issued + LIFETIME,
    }
