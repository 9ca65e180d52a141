"""The image of the services for the Pi: built for arm64, and the services' own unit tests run in it, as a Cortex-A72.

On another machine that takes QEMU's user emulation (Debian: qemu-user-static, binfmt-support); it ends a program at
the first instruction that a Pi 4 has not. Settings: those of stack/swarm/settings.py, and ARM64_BASE_REGISTRY, put
before the base image's name in place of BASE_REGISTRY.
"""

import os
import re
from collections.abc import Callable, Iterator

import pytest

from stack.local.errors import Trouble
from stack.swarm import settings
from stack.swarm.docker import Docker
from stack.swarm.settings import ROOT

IMAGE, EDGE, TESTING = (f"datalab-arm64/{name}:test" for name in ("services", "edge", "testing"))
CPU = "cortex-a72"
UNIT = "tests/unit/services"
ROOMS = sorted({path.parent.name for path in (ROOT / UNIT).glob("*/test_*.py")})
BY_THE_HOUR = (
    f"{UNIT}/analysis/test_reports_against_oracle.py",
    f"{UNIT}/analysis/test_visit_reports_against_oracle.py",
)
"""what tries hundreds of examples: too much for an emulator"""
Build = Callable[[str, str], str]
"""(Dockerfile, image) -> image"""
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
    docker = Docker(settings.load({**os.environ, "TAG": "test", "DOCKER_BUILDKIT": "1"}))
    try:
        docker.need_engine()
    except Trouble as trouble:
        pytest.exit(f"The image for the Pi is tried in a container. {trouble}", returncode=1)
    return docker


@pytest.fixture(scope="module")
def build(docker: Docker) -> Iterator[Build]:
    base = os.environ.get("ARM64_BASE_REGISTRY", os.environ.get("BASE_REGISTRY", ""))

    def built(name: str, image: str) -> str:
        options = ("--quiet", "--platform", "linux/arm64", "--build-arg", f"BASE_REGISTRY={base}")
        docker("build", *options, "-t", image, "-f", str(ROOT / f"stack/images/{name}.Dockerfile"), str(ROOT))
        return image

    yield built
    docker.works("image", "rm", "--force", TESTING, IMAGE, EDGE)


@pytest.fixture(scope="module")
def image(build: Build) -> str:
    return build("services", IMAGE)


@pytest.fixture(scope="module")
def testing(docker: Docker, image: str) -> str:
    """The image with what runs the tests in it."""
    lock = (ROOT / "requirements.lock").read_text()
    tools = re.findall(r"^(?:pytest|pytest-timeout|hypothesis|pyyaml)==\S+", lock, re.MULTILINE)
    install = "python3 -m pip install --no-cache-dir --only-binary :all: --target /testing"
    recipe = f"FROM {image}\nUSER 0:0\nRUN {install} {' '.join(tools)}\nUSER 10001:10001\n"
    docker("build", "--quiet", "--platform", "linux/arm64", "-t", TESTING, "-", given=recipe)
    return TESTING


def run(*arguments: str) -> tuple[str, ...]:
    emulated = ("--platform", "linux/arm64", "--env", f"QEMU_CPU={CPU}")
    # As the first process it would not be ended by a signal of its own.
    return ("run", "--rm", "--init", "--network", "none", *emulated, *arguments)


def test_the_image_is_for_the_pi(docker: Docker, image: str) -> None:
    assert docker("image", "inspect", "--format", "{{.Architecture}}", image).strip() == "arm64"
    machine = docker(*run("--entrypoint", "uname", image, "-m")).strip()
    assert machine == "aarch64", "programs of arm64 do not run here: install qemu-user-static"


def test_an_instruction_that_a_pi_4_has_not_ends_a_program_here(docker: Docker, image: str) -> None:
    assert not docker.works(*run("--entrypoint", "python3", image, "-c", LSE))
    assert docker.works(*run("--entrypoint", "python3", image, "-c", "import ctypes, mmap"))


def test_the_edge_is_whole_on_a_pi(docker: Docker, build: Build) -> None:
    """Every package in it loads, those in machine code too."""
    edge = build("edge", EDGE)
    assert docker("image", "inspect", "--format", "{{.Architecture}}", edge).strip() == "arm64"
    loads = "import edge.app, httptools, uvloop, websockets, ua_parser_rs; print('whole')"
    assert docker(*run("--entrypoint", "python3", edge, "-c", loads)).strip() == "whole"


@pytest.mark.parametrize("room", ROOMS)
def test_the_services_unit_tests_pass_in_it(docker: Docker, testing: str, room: str) -> None:
    mounts = [
        argument
        for name in ("tests", "stack", "edge", "pyproject.toml")
        for argument in ("--volume", f"{ROOT / name}:/datalab/{name}:ro")
    ]
    pytest_ = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "3000", f"{UNIT}/{room}")
    left_out = [argument for file in BY_THE_HOUR for argument in ("--ignore", file)]
    path = ("--env", "PYTHONPATH=/packages:/testing:/datalab", "--env", "HYPOTHESIS_STORAGE_DIRECTORY=/tmp/h")
    said = docker(*run(*mounts, *path, "--entrypoint", "python3", testing, *pytest_, *left_out))
    print(said.splitlines()[-1])
    assert re.search(r"\b\d+ passed", said)
    assert "failed" not in said
