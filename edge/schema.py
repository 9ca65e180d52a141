"""Print the OpenAPI document: `python -m edge.schema > frontend/openapi.json`."""

import json
import sys

from edge.app import make_app
from edge.settings import EdgeSettings


def document() -> str:
    settings = EdgeSettings(amqp_uri="amqp://localhost", ticket_key="-" * 32)
    return json.dumps(make_app(settings).openapi_schema.to_schema(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
