"""Docker's command line, stood in for: it is not there in every place where tests run."""

from pathlib import Path

from stack.swarm import settings
from stack.swarm.docker import Docker


def fake_docker(tmp_path: Path, script: str, **environment: str) -> Docker:
    """Runs this script of the shell in place of the program."""
    program = tmp_path / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return Docker(settings.load({"TAG": "abc", "DOCKER": str(program), **environment}))
