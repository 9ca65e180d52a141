"""Docker's command line, called."""

import json
import os
import subprocess
from typing import Any

from stack.local.errors import CommandFailed, Trouble
from stack.swarm.settings import Settings


class Docker:
    def __init__(self, settings: Settings) -> None:
        self.program = settings.docker
        self.environment = {**os.environ, **settings.environment}

    def __call__(self, *arguments: str, given: str | None = None) -> str:
        """Its output; CommandFailed with what it said."""
        done = self._run(*arguments, given=given)
        if done.returncode:
            said = "\n".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-15:])
            raise CommandFailed(f"docker {' '.join(arguments[:2])}: {said}")
        return done.stdout

    def works(self, *arguments: str) -> bool:
        return self._run(*arguments).returncode == 0

    def show(self, *arguments: str, **environment: str) -> None:
        """Run it in sight of the operator."""
        done = subprocess.run(
            [self.program, *arguments], env={**self.environment, **environment}, check=False
        )
        if done.returncode:
            raise CommandFailed(f"docker {' '.join(arguments[:2])} ended with {done.returncode}")

    def inspect(self, kind: str, *names: str) -> list[dict[str, Any]]:  # Any: Docker's own JSON
        return json.loads(self(kind, "inspect", *names)) if names else []

    def lines(self, *arguments: str) -> list[str]:
        return [line for line in self(*arguments).splitlines() if line]

    def need_engine(self) -> None:
        """Raises Trouble where there is none, or it does not answer."""
        asked = self._run("version", "--format", "{{.Server.Version}}")
        if asked.returncode:
            raise Trouble(f"No Docker engine answers: {asked.stderr.strip()}")

    def need_swarm(self) -> None:
        """Raises Trouble where there is no engine, or it manages no Swarm."""
        self.need_engine()
        if self("info", "--format", "{{.Swarm.ControlAvailable}}").strip() != "true":
            raise Trouble("This engine manages no Swarm: `docker swarm init` makes one.")

    def _run(self, *arguments: str, given: str | None = None) -> "subprocess.CompletedProcess[str]":
        try:
            return subprocess.run(
                [self.program, *arguments],
                input=given,
                stdin=None if given is not None else subprocess.DEVNULL,
                capture_output=True,
                text=True,
                env=self.environment,
                check=False,
            )
        except FileNotFoundError as error:
            raise Trouble(f"{self.program} is not installed: apt-get install docker.io") from error
