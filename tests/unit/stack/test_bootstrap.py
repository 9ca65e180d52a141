"""The runner starts before anything is installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stack.local.errors import Trouble
from stack.local.importing import Importer
from stack.local.programs import ROOT


@pytest.mark.parametrize("command", [["--help"], ["--run", "/tmp/no-such-datalab", "status"]])
def test_it_needs_nothing_but_the_standard_library(command: list[str]) -> None:
    # -S: without site-packages
    done = subprocess.run(
        [sys.executable, "-S", "-m", "stack.local", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_trouble_is_one_sentence_and_exit_code_1() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-m", "stack.local", "--run", "/tmp/no-such-datalab", "logs"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "There are no logs: datalab has not run here.\n"


def test_an_import_without_a_stack_does_not_wait(tmp_path: Path) -> None:
    events = tmp_path / "events.ndjson"
    events.touch()
    nobody = Importer("http://127.0.0.1:9", "ada@shop.example", "password")
    with pytest.raises(Trouble, match=r"Nobody answers at http://127\.0\.0\.1:9: is datalab up\?"):
        nobody.run(events, "Shop")


def test_dead_letters_without_a_broker_say_so_in_a_sentence() -> None:
    environment = {**os.environ, "AMQP_URI": "amqp://guest:guest@127.0.0.1:9/"}
    done = subprocess.run(
        [sys.executable, "-m", "stack.dead_letters"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "Nobody answers as message broker: is datalab up?\n")
