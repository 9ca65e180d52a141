"""A second edge beside the stack's own, as a replica would run."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from stack.local import Ports, Stack
from stack.local.programs import PYTHON, ROOT
from tests.system.people import eventually


@contextmanager
def another_edge(stack: Stack) -> Iterator[str]:
    """Its address."""
    port = Ports.free().edge
    environment = {**os.environ, **stack.environment("edge"), "EDGE_PORT": str(port)}
    address = f"http://localhost:{port}"
    with subprocess.Popen([PYTHON, "-m", "edge"], cwd=ROOT, env=environment) as edge:
        try:
            assert eventually(lambda: _ready(address), 30), "the second edge does not come up"
            yield address
        finally:
            edge.terminate()


def _ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health/ready", timeout=5).status_code == 200
    except httpx.TransportError:
        return False
