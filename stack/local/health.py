"""Is it up? Asked over HTTP, as any other monitor would."""

import json
import urllib.error
import urllib.request


def answers(url: str) -> bool:
    """It answers 2xx."""
    return _get(url)[0] // 100 == 2


def parts(url: str) -> dict[str, str]:
    """What the edge's /health/ready says of each part: "ok", or what is wrong. Empty when it says nothing."""
    _, body = _get(url)
    try:
        return dict(json.loads(body)["parts"])
    except (ValueError, KeyError, TypeError):
        return {}


def _get(url: str) -> tuple[int, bytes]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""
