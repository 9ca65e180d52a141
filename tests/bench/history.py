"""What was measured, kept as JSON lines (history.jsonl beside this file), so that a regression shows."""

import subprocess
from pathlib import Path
from typing import Any

import msgspec

FILE = Path(__file__).with_name("history.jsonl")


class Row(msgspec.Struct, kw_only=True):
    at: int
    """UNIX ms"""
    commit: str
    """`+` behind it: with changes that were not committed"""
    bench: str
    name: str
    figures: dict[str, Any]  # Any: numbers, or numbers by name


def keep(bench: str, name: str, figures: dict[str, Any], at: int, file: Path = FILE) -> None:
    row = Row(at=at, commit=_commit(), bench=bench, name=name, figures=figures)
    with file.open("ab") as lines:
        lines.write(msgspec.json.encode(row) + b"\n")


def last(bench: str, name: str, file: Path = FILE) -> Row | None:
    """What was measured the last time under that name."""
    if not file.exists():
        return None
    rows = [msgspec.json.decode(line, type=Row) for line in file.read_bytes().splitlines()]
    return next((row for row in reversed(rows) if (row.bench, row.name) == (bench, name)), None)


def _commit() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=FILE.parent, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ":!/tests/bench/history.jsonl")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if changed else "")
