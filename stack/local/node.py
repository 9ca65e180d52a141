"""Node >= 20: the machine's own, or the one a PyPI wheel brings into the venv."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

from stack.local import progress
from stack.local.errors import PackageMissing
from stack.local.programs import VENV
from stack.local.venv import install_lock

OLDEST = 20
LOCK = Path(__file__).with_name("node.lock")


def install() -> None:
    if find_node() is None:
        with progress.step("Node into .venv"):
            install_lock(LOCK)
        if find_node() is None:
            raise PackageMissing(
                f"There is no Node >= {OLDEST} for {sysconfig.get_platform()} in a wheel: install one."
            )


def find_node() -> str | None:
    """The path of a node that is new enough and has npm beside it."""
    for folder in (str(VENV / "bin"), *os.get_exec_path()):
        node = shutil.which("node", path=folder)
        if node and shutil.which("npm", path=folder) and _major(node) >= OLDEST:
            return node
    return None


def environment(node: str) -> dict[str, str]:
    """For npm and the scripts it runs: this node first in PATH."""
    return {**os.environ, "PATH": os.pathsep.join([str(Path(node).parent), *os.get_exec_path()])}


def _major(node: str) -> int:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = told.strip().removeprefix("v").partition(".")[0]
    return int(number) if number.isdecimal() else 0
