import re
import tomllib

import pytest

from stack.local.programs import ROOT

LOCKS = ["requirements.lock", "stack/local/node.lock"]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(lock: str) -> set[str]:
    return {canonical(name) for name in re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(), re.MULTILINE)}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_none_an_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(pinned(lock))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "//" not in text
    assert "--index" not in text


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(name for group in project["optional-dependencies"].values() for name in group),
    ]
    names = {canonical(re.findall(r"^[\w.-]+", requirement)[0]) for requirement in wanted}
    assert names - pinned("requirements.lock") == set()
