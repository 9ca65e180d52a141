"""What Node makes: the tracker's script and the frontend's files, made anew when their sources have changed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from stack.local import progress
from stack.local.node import environment, find_node
from stack.local.programs import ROOT
from stack.local.tools import call

# folder -> the file that shows it is built
PARTS = {"tracker": Path("dist/t.js"), "frontend": Path("dist/index.html")}
_NOT_SOURCES = {"node_modules", "dist", "tests", "demo"}


def build() -> None:
    for name, product in PARTS.items():
        folder = ROOT / name
        _npm_ci(name, folder)
        stamp = folder / "node_modules" / ".datalab-build"
        wanted = fingerprint(folder)
        if not (folder / product).exists() or not stamp.exists() or stamp.read_text() != wanted:
            with progress.step(f"npm run build: {name}"):
                _npm(["run", "build"], f"npm could not build the {name}", folder)
            stamp.write_text(wanted)


def fingerprint(folder: Path) -> str:
    """A hash of every source below."""
    digest = hashlib.sha256()
    for path in sorted(_sources(folder)):
        digest.update(f"{path.relative_to(folder)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and path.name not in _NOT_SOURCES:
            yield from _sources(path)
        elif path.is_file():
            yield path


def _npm_ci(name: str, folder: Path) -> None:
    stamp = folder / "node_modules" / ".datalab-lock"
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        with progress.step(f"npm ci: {name}"):
            _npm(["ci", "--no-audit", "--no-fund"], f"npm could not install what the {name} needs", folder)
        stamp.write_text(wanted)


def _npm(arguments: list[str], what: str, folder: Path) -> None:
    node = find_node() or "node"
    call([Path(node).with_name("npm"), *arguments], what, cwd=folder, environment=environment(node))
