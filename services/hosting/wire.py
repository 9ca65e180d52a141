"""JSON on the wire by msgspec, registered as Nameko's `json` serializer: what a Nameko client with its own
`json` speaks too.
"""

import re
from typing import Any

import msgspec

from services.contracts.errors import InvalidInput
from services.contracts.messages import RemoteError

CONTENT_TYPE = "application/json"

_WHERE = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_FIELD = re.compile(r"^Object (?:missing required|contains unknown) field `(?P<name>[^`]*)`")

# Any: a serializer takes and gives whatever Nameko puts on the wire.
_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(value: Any) -> bytes:
    return _encoder.encode(value)


def decode(text: str | bytes) -> Any:
    return msgspec.json.decode(text)


def as_bytes(body: Any) -> bytes:
    """A message's body, of which kombu makes text where it knows the encoding."""
    return body.encode() if isinstance(body, str) else bytes(body)


def invalid_input(error: msgspec.MsgspecError | UnicodeError, within: str = "") -> InvalidInput:
    """msgspec's error as a refusal that names the field below `within`, e.g. `funnel.stages[1].value`."""
    found = _WHERE.match(str(error))
    what, path = (found["what"], found["path"] or "") if found else (str(error), "")
    path = path.lstrip(".").removeprefix(within).lstrip(".")
    if missing := _FIELD.match(what):
        path = f"{path}.{missing['name']}".lstrip(".")
    return InvalidInput(what, field=path or None)


def remote_error(error: BaseException) -> RemoteError:
    """An exception as Nameko's clients read it. Of the arguments, what JSON has no word for is given as text."""
    kind = type(error)
    plain = (str, int, float, bool, list, type(None))
    return RemoteError(
        exc_type=kind.__name__,
        value=str(error),
        exc_path=f"{kind.__module__}.{kind.__qualname__}",
        exc_args=[argument if isinstance(argument, plain) else str(argument) for argument in error.args],
    )


NAMEKO = {
    "serializer": "json",
    "ACCEPT": ["json"],
    "SERIALIZERS": {
        "json": {
            "encoder": "services.hosting.wire.encode",
            "decoder": "services.hosting.wire.decode",
            "content_type": CONTENT_TYPE,
            "content_encoding": "utf-8",
        }
    },
}
"""Nameko configuration that puts msgspec on both sides"""
