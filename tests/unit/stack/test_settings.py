from pathlib import Path

import pytest

from stack.local import settings
from stack.local.errors import Trouble
from stack.local.programs import ROOT


@pytest.fixture
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for the `.env` beside the Makefile."""
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    return tmp_path / ".env"


def test_without_settings_it_runs_on_this_machine_only_and_with_the_demo(dotenv: Path) -> None:
    chosen = settings.load(environment={})
    assert chosen.run == dotenv.parent / ".run"
    assert chosen.only_here
    assert chosen.demo
    assert chosen.public_url == "http://localhost:8080"
    assert chosen.passed_on == {}


@pytest.mark.parametrize("value", ["0", "no", "false"])
def test_the_demo_can_be_left_out(dotenv: Path, value: str) -> None:
    assert not settings.load(environment={"DEMO": value}).demo


def test_an_edge_open_to_others_is_told_apart(dotenv: Path) -> None:
    assert not settings.load(environment={"EDGE_HOST": "0.0.0.0"}).only_here


def test_dotenv_gives_settings_and_the_environment_overrules_them(dotenv: Path) -> None:
    dotenv.write_text('# mine\nDATALAB_PORT=8081\nLOG_LEVEL="DEBUG"\nFRAME_BYTES=1000\n')
    chosen = settings.load(environment={"DATALAB_PORT": "8082"})
    assert chosen.ports.edge == 8082
    assert chosen.public_url == "http://localhost:8082"
    assert chosen.passed_on == {"DATALAB_PORT": "8082", "LOG_LEVEL": "DEBUG", "FRAME_BYTES": "1000"}


def test_a_line_that_sets_nothing_is_told(dotenv: Path) -> None:
    dotenv.write_text("DEMO\n")
    with pytest.raises(Trouble, match=r"\.env: every line must be NAME=value, unlike 'DEMO'"):
        settings.load(environment={})


def test_the_state_directory_is_the_repositorys_whatever_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings.load("elsewhere", environment={}).run == Path(ROOT, "elsewhere")
