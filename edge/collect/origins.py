"""Which pages may talk to the collecting part of the edge: exactly the app's origins, with credentials (CORS)."""

from typing import Any

from litestar import Request, Response
from litestar.connection import ASGIConnection

from edge.problems import Problem, respond
from services.contracts.errors import OriginForeign

PREFLIGHT = {
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "content-type, x-datalab-token",
    "access-control-max-age": "86400",
}


def check(connection: ASGIConnection[Any, Any, Any, Any], origins: tuple[str, ...]) -> str:
    """The page's origin, if it is one of `origins`. Raises OriginForeign. Any: Litestar's user, auth, state."""
    origin = connection.headers.get("origin", "")
    if origin not in origins:
        raise OriginForeign(f"pages of {origin or 'no origin'} may not use this app's token")
    return origin


def allow(origin: str) -> dict[str, str]:
    """Headers that let a page of `origin` read the answer and keep the cookie."""
    return {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "retry-after",
        "vary": "origin",
    }


def respond_readably(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """A refusal that the page can read whatever its origin: without it a browser shows the tracker a network error,
    which it would try again for ever. A refusal holds nothing secret.
    """
    response = respond(request, error)
    if origin := request.headers.get("origin"):
        response.headers.update(allow(origin))
    return response
