"""JSON on the wire by msgspec, registered as Nameko's `json` serializer: what a Nameko client with its own `json` speaks too."""

from typing import Any

import msgspec

CONTENT_TYPE = "application/json"

# Any: a serializer takes and gives whatever Nameko puts on the wire.
_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(value: Any) -> str:
    return _encoder.encode(value).decode()


def decode(text: str | bytes) -> Any:
    return msgspec.json.decode(text)


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
