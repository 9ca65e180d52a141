"""What an operator asks of a stack that runs: its logs, its dead letters, a link for who forgot the password."""

import json
import subprocess
from collections.abc import Sequence
from typing import Any

from stack.calls import reset_link_told, rotation_told
from stack.local.errors import Trouble
from stack.swarm import deploy
from stack.swarm.docker import Docker
from stack.swarm.errand import Errand
from stack.swarm.settings import Settings

LINES = "40"
"""of each log before it is followed"""
_BROKER = ("bus", ("amqp_uri",), ("AMQP_URI_FILE=/run/secrets/amqp_uri",))
DEAD_LETTERS = Errand("stack.dead_letters", *_BROKER)
CALL = Errand("stack.calls", *_BROKER)


def logs(settings: Settings, docker: Docker, names: Sequence[str], follow: bool = True) -> None:
    """Of these services, or of all, as they go on; until it is interrupted."""
    there = deploy.need_stack(settings, docker)
    if unknown := sorted(set(names) - set(there)):
        raise Trouble(f"There is no {', '.join(unknown)}; there is {', '.join(sorted(there))}.")
    options = ("--tail", LINES, *(("--follow",) if follow else ()))
    readers = [
        subprocess.Popen(
            [docker.program, "service", "logs", *options, f"{settings.stack}_{name}"],
            env=docker.environment,
            stderr=subprocess.STDOUT,
        )
        for name in names or there
    ]
    try:
        for reader in readers:
            reader.wait()
    finally:
        for reader in readers:
            reader.terminate()


def dead_letters(settings: Settings, docker: Docker, arguments: Sequence[str]) -> None:
    print(DEAD_LETTERS.run(settings, docker, *arguments), end="")


def reset_password(settings: Settings, docker: Docker, email: str) -> None:
    print(reset_link_told(_call(settings, docker, "auth.reset_link", f"email={email}")))


def rotate_keys(settings: Settings, docker: Docker) -> None:
    print(rotation_told(_call(settings, docker, "auth.rotate_keys")))


def _call(settings: Settings, docker: Docker, *question: str) -> dict[str, Any]:  # Any: the service's answer
    return json.loads(CALL.run(settings, docker, *question))
