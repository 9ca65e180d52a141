"""The image of the services for the Pi: built for arm64, and the services' own unit tests run in it, as a Cortex-A72.

On another machine that takes QEMU's user emulation (Debian: qemu-user-static, binfmt-support); it ends a program at
the first instruction that a Pi 4 has not. Settings: those of stack/swarm/settings.py, and ARM64_BASE_REGISTRY, put
before the base image's name in place of BASE_REGISTRY.
"""

import os
import re
from collections.abc import Iterator

import pytest

from stack.swarm import settings
from stack.swarm.docker import Docker
from stack.swarm.settings import ROOT

IMAGE, TESTING = "datalab-arm64/services:test", "datalab-arm64/testing:test"
CPU = "cortex-a72"
UNIT = "tests/unit/services"
BY_THE_HOUR = (
    f"{UNIT}/analysis/test_reports_against_oracle.py",
    f"{UNIT}/analysis/test_visit_reports_against_oracle.py",
)
"""what tries hundreds of examples: too much for an emulator"""
LSE = """
import ctypes, mmap, struct
code = mmap.mmap(-1, 4096, prot=7)
code.write(struct.pack('<II', 0xB8210002, 0xD65F03C0))  # ldadd w1, w2, [x0]; ret
word = ctypes.c_uint32(5)
at = ctypes.addressof(ctypes.c_char.from_buffer(code))
ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32)(at)(ctypes.addressof(word), 3)
"""
"""a program with an instruction of ARMv8.1"""


@pytest.fixture(scope="module")
def docker() -> Docker:
    return Docker(settings.load({**os.environ, "TAG": "test", "DOCKER_BUILDKIT": "1"}))


@pytest.fixture(scope="module")
def image(docker: Docker) -> Iterator[str]:
    base = os.environ.get("ARM64_BASE_REGISTRY", os.environ.get("BASE_REGISTRY", ""))
    file = str(ROOT / "stack/images/services.Dockerfile")
    try:
        built = ("build", "--quiet", "--platform", "linux/arm64", "--build-arg", f"BASE_REGISTRY={base}")
        docker(*built, "-t", IMAGE, "-f", file, str(ROOT))
        yield IMAGE
    finally:
        docker.works("image", "rm", "--force", TESTING, IMAGE)


@pytest.fixture(scope="module")
def testing(docker: Docker, image: str) -> str:
    """The image with what runs the tests in it."""
    lock = (ROOT / "requirements.lock").read_text()
    tools = re.findall(r"^(?:pytest|pytest-timeout|hypothesis|pyyaml)==\S+", lock, re.MULTILINE)
    install = "python3 -m pip install --no-cache-dir --only-binary :all: --target /testing"
    recipe = f"FROM {image}\nUSER root\nRUN {install} {' '.join(tools)}\nUSER 10001\n"
    docker("build", "--quiet", "--platform", "linux/arm64", "-t", TESTING, "-", given=recipe)
    return TESTING


def run(docker: Docker, *arguments: str) -> tuple[str, ...]:
    emulated = ("--platform", "linux/arm64", "--env", f"QEMU_CPU={CPU}")
    return ("run", "--rm", "--network", "none", *emulated, *arguments)


def test_the_image_is_for_the_pi(docker: Docker, image: str) -> None:
    assert docker("image", "inspect", "--format", "{{.Architecture}}", image).strip() == "arm64"
    machine = docker(*run(docker, "--entrypoint", "uname", image, "-m")).strip()
    assert machine == "aarch64", "programs of arm64 do not run here: install qemu-user-static"


def test_an_instruction_that_a_pi_4_has_not_ends_a_program_here(docker: Docker, image: str) -> None:
    assert not docker.works(*run(docker, "--entrypoint", "python3", image, "-c", LSE))
    assert docker.works(*run(docker, "--entrypoint", "python3", image, "-c", "import ctypes, mmap"))


def test_the_services_unit_tests_pass_in_it(docker: Docker, testing: str) -> None:
    mounts = [
        argument
        for name in ("tests", "stack", "edge", "pyproject.toml")
        for argument in ("--volume", f"{ROOT / name}:/datalab/{name}:ro")
    ]
    pytest_ = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "3000", UNIT)
    left_out = [argument for file in BY_THE_HOUR for argument in ("--ignore", file)]
    path = ("--env", "PYTHONPATH=/packages:/testing:/datalab")
    said = docker(*run(docker, *mounts, *path, "--entrypoint", "python3", testing, *pytest_, *left_out))
    print(said.splitlines()[-1])
    assert re.search(r"\b\d{3,} passed", said)
    assert "failed" not in said
