"""The doors before log-in: how often one address may knock, and from whose pages the refresh cookie is taken.

How often one account may be tried is the service `auth`'s to say.
"""

from ipaddress import IPv6Address, ip_address
from typing import Any, Literal
from urllib.parse import urlsplit

from litestar import Request

from edge.collect.limits import PerKey
from edge.settings import EdgeSettings
from services.contracts.errors import OriginForeign, TooManyRequests

Door = Literal["login", "register", "refresh", "reset"]
AnyRequest = Request[Any, Any, Any]  # Any: Litestar's user, auth and state


class Doors:
    def __init__(self, settings: EdgeSettings) -> None:
        self._own = settings.public_url
        self._limits: dict[Door, PerKey] = {
            "login": PerKey(settings.logins_per_minute),
            "register": PerKey(settings.registrations_per_minute),
            "reset": PerKey(settings.resets_per_minute),
            "refresh": PerKey(settings.refreshes_per_minute),
        }

    def knock(self, door: Door, request: AnyRequest) -> None:
        """Raises TooManyRequests, OriginForeign."""
        self.check_page(request)
        if wait := self._limits[door].refused_for(network(request.client.host if request.client else "")):
            raise TooManyRequests("too many tries from this address", retry_after=wait)

    def check_page(self, request: AnyRequest) -> None:
        """Browsers name the page that sends a POST: it must be one of ours, lest another logs people in or out.

        Raises OriginForeign.
        """
        origin = request.headers.get("origin")
        if origin is None or origin == self._own or urlsplit(origin).netloc == request.headers.get("host"):
            return
        raise OriginForeign("log in and out from the dashboard's own pages")


def network(address: str) -> str:
    """What one customer of a provider has: an IPv4 address, or 64 bits of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return address
