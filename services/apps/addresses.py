"""The web addresses of an app: where it is, and the origins whose pages may carry its tracker."""

from urllib.parse import urlsplit

from services.contracts.errors import InvalidInput

_DEFAULT_PORTS = {"http": 80, "https": 443}


def checked_url(url: str) -> str:
    """Raises InvalidInput."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError as error:
        raise InvalidInput(f"not an address: {error}", field="url") from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise InvalidInput("give the whole address, like https://shop.example", field="url")
    return url.strip()


def checked_origins(origins: list[str]) -> list[str]:
    """As browsers write them: lower case, without the scheme's own port; each once.

    Raises InvalidInput.
    """
    written: dict[str, None] = {}
    for position, origin in enumerate(origins):
        try:
            parts = urlsplit(origin.lower())
            port = parts.port
        except ValueError as error:
            raise InvalidInput(f"not an origin: {error}", field=f"origins[{position}]") from error
        shown = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
        written[f"{parts.scheme}://{parts.hostname}{shown}"] = None
    return list(written)
