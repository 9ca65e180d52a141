"""What an app token says. A new one leaves the older ones valid until they end, so that no site goes dark
while its snippet is exchanged.
"""

ISSUER = "datalab/tokens"
DAY = 24 * 3600


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
