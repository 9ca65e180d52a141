"""What an app token says, and when its end is near. A new one leaves the older ones valid until they end, so
that no site goes dark while its snippet is exchanged.
"""

ISSUER = "datalab/tokens"
DAY = 24 * 3600
HOUR_MS = 3600 * 1000
NOTICES = (14, 3)
"""days before a token's end at which its owner is told"""


def claims(app: str, origins: list[str], issue: int, jti: str, at: int, days: int) -> dict[str, object]:
    """`issue` counts the app's tokens from 1; `at`: UNIX ms. JWT's own times are in seconds."""
    issued = at // 1000
    return {
        "iss": ISSUER,
        "sub": app,
        "origins": origins,
        "issue": issue,
        "jti": jti,
        "iat": issued,
        "exp": issued + days * DAY,
    }


def notice_due(issued_at: int, expires_at: int, noticed: list[int], at: int) -> int | None:
    """The notice to give now, in days before the end; None: none. Times in UNIX ms.

    A token that lives no longer than a notice's days is not announced by it, and who was away at 14 days is told
    of the 3 days only.
    """
    due = [
        days
        for days in NOTICES
        if expires_at - issued_at > days * DAY * 1000 and at >= expires_at - days * DAY * 1000
    ]
    if not due or at >= expires_at or min(due) in noticed:
        return None
    return min(due)
