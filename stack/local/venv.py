"""The virtual environment `.venv`, made from requirements.lock and made anew when that changes."""

import hashlib
import sys

from stack.local import progress
from stack.local.programs import PYTHON, ROOT, VENV
from stack.local.tools import call

LOCK = ROOT / "requirements.lock"


def install() -> None:
    stamp = VENV / "datalab.stamp"
    wanted = hashlib.sha256(LOCK.read_bytes() + f"{sys.version}{VENV}".encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with progress.step("Python packages into .venv"):
        call([sys.executable, "-m", "venv", "--clear", VENV], "The virtual environment could not be made")
        install_lock(LOCK)
        stamp.write_text(wanted)


def install_lock(lock: object) -> None:
    """Exactly what the lock file says, each file checked against its hash."""
    options = ["--require-hashes", "--no-deps", "--disable-pip-version-check", "--quiet"]
    call([PYTHON, "-m", "pip", "install", *options, "-r", str(lock)], f"pip could not install {lock}")
