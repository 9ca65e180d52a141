"""Tools that the set-up calls (apt-get, pip, npm): silent as long as they work, quoted when they fail."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from stack.local.errors import CommandFailed


def call(
    command: Sequence[str | Path],
    what: str,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Its output; CommandFailed with its last lines. `what` names the failure: "npm could not build the tracker"."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(environment) if environment is not None else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        end = "\n".join(f"    {line}" for line in done.stdout.strip().splitlines()[-15:])
        raise CommandFailed(f"{what}:\n{end}")
    return done.stdout
