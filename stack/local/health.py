"""Is it up? Asked over HTTP, as any other monitor would."""

import json
import urllib.error
import urllib.request


def answers(url: str) -> bool:
    """It answers 2xx."""
    return _get(url)[0] // 100 == 2


def missing(url: str) -> list[str]:
    """The parts that the edge's /health/ready says are not ready: those of its answer whose value is not "ok"."""
    _, body = _get(url)
    try:
        told = json.loads(body)
        parts = told.get("parts", told)
        return [name for name, state in parts.items() if state not in ("ok", True)]
    except (ValueError, AttributeError):
        return []


def _get(url: str) -> tuple[int, bytes]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""
