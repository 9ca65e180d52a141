import re
import subprocess

import pytest

from stack.local.programs import ROOT


def test_the_menu_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    help_ = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {line.split()[0] for line in help_.splitlines()} == targets
    assert all(len(line.split()) > 1 for line in help_.splitlines())


@pytest.mark.parametrize(
    "target",
    ["registry", "images", "push", "secrets", "deploy", "rollback", "undeploy", "backup", "database-alone"],
)
def test_an_operators_target_calls_the_swarm(target: str) -> None:
    would = subprocess.run(
        ["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert f"-m stack.swarm {target}" in would
