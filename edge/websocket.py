"""uvicorn's WebSocket protocol, which can let go of the handshake: a tracker's connection may be idle for hours, and
its request (headers, and a ticket in the address) is much of what the edge would keep of it.
"""

from collections.abc import Callable
from typing import cast

from litestar.types import WebSocketScope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

EXTENSION = "datalab.forget_handshake"


class ForgetfulProtocol(WebSocketsSansIOProtocol):
    """Puts a function into the scope's extensions that drops headers, path and query."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            extensions = cast(dict[str, object], self.scope["extensions"])
            extensions[EXTENSION] = lambda: self._forget(event)

    def _forget(self, request: Request) -> None:
        request.headers.clear()
        request.path = ""
        self.response.headers.clear()
        self.scope["headers"] = []
        self.scope["query_string"] = self.scope["raw_path"] = b""


def forget_handshake(scope: WebSocketScope) -> None:
    """Only after accepting, and when nobody will ask for headers or query any more."""
    forget = cast(dict[str, Callable[[], None]], scope["extensions"]).pop(EXTENSION, None)
    if forget is not None:
        forget()
