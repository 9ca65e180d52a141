"""Who is asking: the actor of the Bearer access token or API key, checked here, as a rule without a call.

What scope an API key needs, a route says: `opt={"scope": "import"}`; PERSON where no key will do. Without a word it is
`read` for what changes nothing and `manage` for the rest.
"""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency

from edge.api_keys import ApiKeys
from edge.keys import AccessTokens
from services.contracts.auth import KEY_PREFIX, Scope
from services.contracts.errors import AccessTokenInvalid
from services.contracts.messages import Actor

PERSON = {"scope": None}
AnyRequest = Request[Any, Any, Any]  # Any: Litestar's user, auth and state


async def provide_actor(
    request: AnyRequest, access_tokens: NamedDependency[AccessTokens], api_keys: NamedDependency[ApiKeys]
) -> Actor:
    """Raises AccessTokenInvalid, ScopeMissing."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise AccessTokenInvalid("send the access token as Authorization: Bearer")
    if token.startswith(KEY_PREFIX):
        address = request.client.host if request.client else ""
        return await api_keys.actor(token, needed_scope(request), address)
    return await access_tokens.actor(token)


def needed_scope(request: AnyRequest) -> Scope | None:
    by_method: Scope = "read" if request.method in ("GET", "HEAD") else "manage"
    scope: Scope | None = request.route_handler.opt.get("scope", by_method)
    return scope
