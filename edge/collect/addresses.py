"""Page addresses, reduced to what an app wants kept, and the campaign parameters read from them first."""

from collections.abc import Collection
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

CLICK_IDS = frozenset(
    [
        "gclid",
        "gbraid",
        "wbraid",
        "dclid",
        "msclkid",
        "fbclid",
        "ttclid",
        "li_fat_id",
        "twclid",
        "yclid",
        "epik",
        "rdt_cid",
        "sccid",
    ]
)
CAMPAIGN_PARAMETERS = (
    frozenset(
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
        ]
    )
    | CLICK_IDS
)
LONGEST_VALUE = 200


@lru_cache(8192)
def reduced(url: str, keep_query: frozenset[str], keep_fragment: bool) -> tuple[str, dict[str, str]]:
    """The address without what the app does not keep, and its campaign parameters.

    Kept: scheme, host, path, the query parameters in `keep_query`, and the fragment where the app says so. User and
    password go. What is not an http address is kept up to the query (`app://`, a bare path).
    """
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return url.partition("?")[0].partition("#")[0], {}
    kept = urlencode([(name, value) for name, value in query if name in keep_query])
    host = parts.netloc.rpartition("@")[2].lower()
    address = f"{parts.scheme}://{host}" if host else ""
    address += parts.path or "/"
    if kept:
        address += f"?{kept}"
    if keep_fragment and parts.fragment:
        address += f"#{parts.fragment}"
    return address, campaign_parameters(query)


def campaign_parameters(query: Collection[tuple[str, str]]) -> dict[str, str]:
    return {
        name.lower(): value[:LONGEST_VALUE]
        for name, value in query
        if value and name.lower() in CAMPAIGN_PARAMETERS
    }


def without_query(url: str) -> str:
    """Host and path of a referrer: its query may hold what is nobody's business."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}" if host else ""
