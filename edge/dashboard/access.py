"""Who is asking: the actor of the Bearer access token, checked here without a call."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency

from edge.keys import AccessTokens
from services.contracts.errors import AccessTokenInvalid
from services.contracts.messages import Actor


async def provide_actor(
    request: Request[Any, Any, Any], access_tokens: NamedDependency[AccessTokens]
) -> Actor:
    """Raises AccessTokenInvalid. Any: Litestar's user, auth, state."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise AccessTokenInvalid("send the access token as Authorization: Bearer")
    return await access_tokens.actor(token)
