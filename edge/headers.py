"""The headers that keep a browser from doing with an answer what it was not meant for: on every answer over HTTP,
errors too. What a route says itself stays.

Pages may load what is the dashboard's own and nothing else, and run no script or style that stands in them; answers
of the API may load nothing at all. What is said to one person is kept by nobody (`no-store`).
"""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""`connect-src 'self'` is the live connection's WebSocket too (CSP 3: Chrome 71, Firefox, Safari 16)"""
ANSWER_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
NOTHING_ELSE = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": NOTHING_ELSE,
}
OF_PAGES = {**EVERYWHERE, "content-security-policy": PAGE_POLICY}
OF_ANSWERS = {**EVERYWHERE, "content-security-policy": ANSWER_POLICY, "cache-control": "no-store"}
OVER_TLS = {"strict-transport-security": "max-age=31536000"}
"""a year; not for the other hosts below this one, which are somebody else's to decide"""

Raw = list[tuple[bytes, bytes]]


def _raw(headers: dict[str, str]) -> Raw:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class SecurityHeaders:
    """Around the whole application. WebSockets pass through untouched: they are the hot path, and no document."""

    def __init__(self, app: ASGIApp, over_tls: bool) -> None:
        self._app = app
        self._added = _raw(OF_ANSWERS | (OVER_TLS if over_tls else {}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message["headers"])
                said = {name.lower() for name, _ in given}
                message["headers"] = given + [header for header in self._added if header[0] not in said]
            await send(message)

        await self._app(scope, receive, send_with_headers)
