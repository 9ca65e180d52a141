"""The rules of the house that a machine can hold: which way dependencies point, and what no file may contain."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(
    path.name
    for path in (ROOT / "services").iterdir()
    if (path / "service.py").is_file() and path.name not in ("contracts", "hosting")
)


def imports(folder: Path) -> Iterator[tuple[str, str]]:
    """Each module's path and the full name of what it imports."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((str(path.relative_to(ROOT)), alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from (
                    (str(path.relative_to(ROOT)), f"{node.module}.{alias.name}") for alias in node.names
                )


def foreign(folder: Path, allowed: tuple[str, ...]) -> list[str]:
    """Imports of our own packages that are not allowed there."""
    ours = ("edge", "services", "stack", "tests")
    return [
        f"{path} imports {name}"
        for path, name in imports(folder)
        if name.split(".")[0] in ours and not name.startswith(tuple(f"{prefix}." for prefix in allowed))
    ]


def test_there_are_seven_services() -> None:
    assert SERVICES == ["analysis", "apps", "auth", "config", "notifications", "tokens", "users"]


def test_the_edge_knows_services_by_their_contracts_only() -> None:
    assert foreign(ROOT / "edge", ("edge", "services.contracts")) == []


def test_contracts_depend_on_nothing_of_ours() -> None:
    assert foreign(ROOT / "services" / "contracts", ("services.contracts",)) == []


def test_hosting_depends_on_contracts_only() -> None:
    assert foreign(ROOT / "services" / "hosting", ("services.hosting", "services.contracts")) == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_imports_another(service: str) -> None:
    allowed = (f"services.{service}", "services.contracts", "services.hosting")
    assert foreign(ROOT / "services" / service, allowed) == []


def test_the_edge_has_no_database() -> None:
    assert [
        found
        for found in imports(ROOT / "edge")
        if found[1].split(".")[0] in ("pymongo", "mongoengine", "duckdb")
    ] == []


def test_lock_files_hold_no_addresses() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    locks = [name for name in tracked.split() if name.endswith((".lock", "package-lock.json"))]
    assert locks, "there are lock files"
    assert [name for name in locks if "://" in (ROOT / name).read_text()] == []
