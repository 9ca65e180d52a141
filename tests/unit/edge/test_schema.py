"""The interface as OpenAPI: what the frontend's types are made from."""

import json
from pathlib import Path

from edge.schema import document

KEPT = Path(__file__).parents[3] / "frontend" / "openapi.json"


def test_the_kept_document_is_what_the_edge_says_of_itself() -> None:
    assert document() == KEPT.read_text(), "run: python -m edge.schema > frontend/openapi.json"


def test_every_operation_has_an_id_of_its_own() -> None:
    paths = json.loads(document())["paths"]
    ids = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(ids) == len(set(ids)) > 20
    assert all(name.isidentifier() for name in ids)
