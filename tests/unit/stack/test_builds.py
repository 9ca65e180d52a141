from pathlib import Path

import pytest

from stack.local.builds import fingerprint
from stack.local.programs import version


@pytest.fixture
def part(tmp_path: Path) -> Path:
    for name in ("package.json", "src/main.ts", "dist/t.js", "node_modules/x/index.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    return tmp_path


@pytest.mark.parametrize("name", ["package.json", "src/main.ts", "src/new.ts"])
def test_a_changed_source_asks_for_a_build(part: Path, name: str) -> None:
    before = fingerprint(part)
    (part / name).write_text("2")
    assert fingerprint(part) != before


@pytest.mark.parametrize("name", ["dist/t.js", "node_modules/x/index.js"])
def test_what_is_built_or_installed_asks_for_none(part: Path, name: str) -> None:
    before = fingerprint(part)
    (part / name).write_text("2")
    assert fingerprint(part) == before


def test_a_process_has_another_version_when_a_query_has_changed(tmp_path: Path) -> None:
    (tmp_path / "funnel.sql").write_text("select 1")
    before = version([tmp_path])
    (tmp_path / "notes.txt").write_text("not read by anybody")
    assert version([tmp_path]) == before
    (tmp_path / "funnel.sql").write_text("select 2")
    assert version([tmp_path]) != before
