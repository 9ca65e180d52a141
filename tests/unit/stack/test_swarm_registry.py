"""The registry's certificates: made once, and told apart from those of another making."""

from pathlib import Path

import pytest

from stack.local.errors import Trouble
from stack.swarm import registry, settings
from tests.unit.stack.fake_docker import fake_docker

ADDRESS = "192.0.2.1:5000"


def start(tmp_path: Path, script: str) -> list[str]:
    """What docker was called with."""
    said = tmp_path / "said"
    docker = fake_docker(tmp_path, f'echo "$*" >>{said}; {script}')
    registry.start(settings.load({"TAG": "abc", "REGISTRY": ADDRESS}), docker)
    return said.read_text().splitlines()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "certs.d"
    monkeypatch.setattr(registry, "certificates", lambda settings: folder)
    return folder


def test_the_first_start_makes_certificates_and_keeps_those_of_the_clients(
    tmp_path: Path, folder: Path
) -> None:
    said = start(tmp_path, 'case "$1 $2" in "secret inspect") exit 1;; esac')
    made = [line.split()[2] for line in said if line.startswith("secret create")]
    assert made == [f"datalab-registry_{name}" for name in ("ca", "certificate", "key")]
    assert {file.name for file in folder.iterdir()} == {"ca.crt", "client.cert", "client.key"}


def test_a_registry_that_is_there_starts_with_the_certificates_it_has(tmp_path: Path, folder: Path) -> None:
    folder.mkdir()
    for name in ("ca.crt", "client.cert", "client.key"):
        (folder / name).touch()
    said = start(tmp_path, "exit 0")
    assert not [line for line in said if line.startswith("secret create")]
    assert said[-1].startswith("stack deploy")


def test_secrets_without_their_certificates_are_told_with_both_ways_out(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(Trouble, match=r"lacks ca\.crt, client\.cert, client\.key .* copy the folder .* make"):
        start(tmp_path, "exit 0")
