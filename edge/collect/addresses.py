"""Page addresses, reduced to what an app wants kept, and the campaign parameters read from them first."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from services.contracts.click_ids import CLICK_IDS

CAMPAIGN_PARAMETERS = frozenset(
    [
        "campaign",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_term",
        "utm_content",
        "utm_id",
        "ref",
        "source",
        *CLICK_IDS,
    ]
)
# Bytes of UTF-8. What hello learned travels in tickets and session passes, and a ticket must fit into a request line.
LONGEST_ADDRESS = 1000
LONGEST_REFERRER = 300
LONGEST_VALUE = 200
LONGEST_VALUES = 1000
"""of all campaign parameters together"""
MOST_PARAMETERS = 100
"""read from a query"""


@lru_cache(8192)
def reduced(url: str, keep_query: frozenset[str], keep_fragment: bool) -> tuple[str, dict[str, str]]:
    """The address without what the app does not keep, and its campaign parameters.

    Kept: scheme, host, path, the query parameters in `keep_query`, and the fragment where the app says so. User and
    password go. What is not a web address (`app:/start`, what no browser would open) is kept up to its query.
    """
    parts = _split(url)
    if parts is None or (parts.scheme and parts.scheme not in ("http", "https")):
        return _cut(_up_to_query(url), LONGEST_ADDRESS), {}
    query = parse_qsl(
        "&".join(parts.query.split("&", MOST_PARAMETERS)[:MOST_PARAMETERS]), keep_blank_values=True
    )
    kept = urlencode([(name, value) for name, value in query if name in keep_query])
    host = parts.netloc.rpartition("@")[2].lower()
    address = f"{parts.scheme}://{host}" if host else ""
    address += parts.path or "/"
    if kept:
        address += f"?{kept}"
    if keep_fragment and parts.fragment:
        address += f"#{parts.fragment}"
    return _cut(address, LONGEST_ADDRESS), campaign_parameters(query)


def campaign_parameters(query: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    left = LONGEST_VALUES
    for name, value in query:
        name = name.lower()
        if name in CAMPAIGN_PARAMETERS and name not in found:
            value = _cut(value.strip(), min(LONGEST_VALUE, left))
            if value:
                found[name] = value
                left -= len(value.encode())
    return found


def without_query(url: str) -> str:
    """Host and path of a referrer: its query may hold what is nobody's business."""
    parts = _split(url)
    host = (parts.hostname or "").removeprefix("www.") if parts else ""
    return _cut(f"{host}{parts.path.rstrip('/')}", LONGEST_REFERRER) if parts and host else ""


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _up_to_query(url: str) -> str:
    address = url.partition("?")[0].partition("#")[0]
    scheme, slashes, rest = address.partition("//")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{authority.rpartition('@')[2]}{slash}{path}"


def _cut(text: str, longest: int) -> str:
    data = text.encode()
    return text if len(data) <= longest else data[:longest].decode(errors="ignore")
