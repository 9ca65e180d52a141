"""Node >= 20: the machine's own, or the one a PyPI wheel brings into the venv."""

import os
import shutil
import subprocess
from pathlib import Path

from stack.local.programs import VENV

OLDEST = 20


def find_node() -> str | None:
    """The path of a node that is new enough and has npm beside it."""
    for folder in (str(VENV / "bin"), *os.get_exec_path()):
        node = shutil.which("node", path=folder)
        if node and shutil.which("npm", path=folder) and _major(node) >= OLDEST:
            return node
    return None


def node_path(node: str) -> str:
    """PATH with that node first, for npm and the scripts it runs."""
    return os.pathsep.join([str(Path(node).parent), *os.get_exec_path()])


def _major(node: str) -> int:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = told.strip().removeprefix("v").partition(".")[0]
    return int(number) if number.isdecimal() else 0
