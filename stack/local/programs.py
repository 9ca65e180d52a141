"""One process of the stack, as the supervisor starts it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


@dataclass(frozen=True)
class Program:
    """`stop_seconds` is how long it may take to end before it is killed. `ports` are fields of Ports it listens on.
    `version` stands for what it reads besides its environment: `make up` restarts what has another one by then."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    stop_seconds: int = 15
    ports: tuple[str, ...] = ()
    version: str = ""


def version(paths: Iterable[Path]) -> str:
    """A hash of these files, and of the sources in these folders."""
    digest = hashlib.sha256()
    for path in paths:
        files = (
            [path]
            if path.is_file()
            else sorted(p for p in path.rglob("*") if p.suffix in {".py", ".sql", ".json"})
        )
        for file in files:
            digest.update(f"{file}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
