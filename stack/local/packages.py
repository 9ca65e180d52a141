"""Debian packages that datalab needs, installed by apt where something is missing and there is the right to.

Nothing is asked when everything is there. The package `rabbitmq-server` brings a system service; when it comes in
through us it is neither started nor enabled: datalab runs a node of its own. One that was there is left alone.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from stack.local import progress
from stack.local.broker import BIN
from stack.local.errors import PackageMissing
from stack.local.tools import call

# package -> is what it brings there?
FOR_THE_STACK: dict[str, Callable[[], bool]] = {
    "rabbitmq-server": (BIN / "rabbitmq-server").exists,
    "python3.11-venv": lambda: importlib.util.find_spec("ensurepip") is not None,
    "libcurl4": lambda: any(Path("/usr/lib").glob("*/libcurl.so.4")),  # mongod is linked to it
}
FOR_THE_TESTS: dict[str, Callable[[], bool]] = {
    "chromium": lambda: shutil.which("chromium") is not None,
    "fonts-dejavu-core": lambda: Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf").exists(),
}
INSTALL = Path(__file__).with_name("apt-install.sh")


def install_missing(tests: bool) -> None:
    needed = FOR_THE_STACK | (FOR_THE_TESTS if tests else {})
    missing = [package for package, there in needed.items() if not there()]
    if missing:
        with progress.step(f"apt: {', '.join(missing)}"):
            call(
                [*_as_root(missing), "/bin/sh", INSTALL, *missing],
                f"apt-get could not install {' '.join(missing)}",
                environment={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            )
        if damaged := [package for package in missing if not needed[package]()]:
            names = " ".join(damaged)
            raise PackageMissing(
                f"apt-get takes {names} as installed, but files of it are gone;"
                f" as root: apt-get install --reinstall {names}"
            )


def _as_root(missing: list[str]) -> list[str]:
    wish = f"as root: apt-get install {' '.join(missing)}"
    if shutil.which("apt-get") is None:
        raise PackageMissing(
            f"{' and '.join(missing)} must be installed, and this machine has no apt-get to do it with."
        )
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        raise PackageMissing(
            f"{' and '.join(missing)} must be installed, and you are neither root nor have sudo; {wish}"
        )
    keep = "--preserve-env=DEBIAN_FRONTEND"
    if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n", keep]
    if sys.stdin.isatty() and subprocess.run(["sudo", "-v"], check=False).returncode == 0:
        return ["sudo", keep]
    raise PackageMissing(f"{' and '.join(missing)} must be installed, and sudo does not let you; {wish}")
