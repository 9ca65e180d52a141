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
    """`stop_seconds` is how long it may take to end before it is killed. `ports` are fields of Ports it listens on."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    stop_seconds: int = 15
    ports: tuple[str, ...] = ()


def fingerprint(folders: Iterable[Path]) -> str:
    """A hash of the sources below: a program carries it in its environment, so that `make up` restarts what changed."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.suffix in {".py", ".sql", ".json"}):
            digest.update(str(path).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
