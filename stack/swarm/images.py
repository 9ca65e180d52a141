"""Building and pushing the images: by buildx for every platform at once, or by BuildKit for this machine's own."""

import re
import shlex
import subprocess
from collections.abc import Sequence

from stack.local.errors import Trouble
from stack.swarm.docker import Docker
from stack.swarm.settings import ROOT, Settings

IMAGES = ("edge", "services", "frontend", "database", "broker")
BUILDER = "datalab"


def bases() -> list[str]:
    """The base images of all of them."""
    found = set()
    for name in IMAGES:
        text = (ROOT / "stack" / "images" / f"{name}.Dockerfile").read_text()
        found |= set(re.findall(r"^FROM (?:--platform=\S+ )?\$\{BASE_REGISTRY\}(\S+)", text, re.MULTILINE))
    return sorted(found)


def foreign(overlays: Sequence[str]) -> list[str]:
    """The images of others that these overlays run."""
    texts = [(ROOT / "stack" / f"{name}.yml").read_text() for name in overlays]
    told = r"^ +image: (?:\$\{BASE_REGISTRY:-\})?([^$\s]+)$"
    return sorted({image for text in texts for image in re.findall(told, text, re.MULTILINE)})


def bring(settings: Settings, images: Sequence[str]) -> None:
    """Have the operator's own command bring them, where there is one."""
    if settings.bases and subprocess.run([*shlex.split(settings.bases), *images], check=False).returncode:
        raise Trouble(f"BASES={settings.bases} did not bring {', '.join(images)}")


def build(settings: Settings, docker: Docker, push: bool = False) -> None:
    """With buildx, images of another platform live in its cache until they are pushed; a push builds from there."""
    bring(settings, [*bases(), *foreign(settings.overlays)])
    buildx = docker.works("buildx", "version")
    if buildx and not docker.works("buildx", "inspect", BUILDER):
        docker("buildx", "create", "--name", BUILDER, *_buildkit_config(settings))
    for name in IMAGES:
        image = settings.image(name)
        print(f"  {image}", flush=True)
        common = (
            *("--build-arg", f"BASE_REGISTRY={settings.base_registry}"),
            *("-t", image, "-f", str(ROOT / "stack" / "images" / f"{name}.Dockerfile")),
        )
        if buildx:
            platforms = ("--builder", BUILDER, "--platform", settings.platforms)
            docker.show("buildx", "build", *platforms, *common, *(("--push",) if push else ()), str(ROOT))
        else:
            docker.show("build", "--quiet", *common, str(ROOT), DOCKER_BUILDKIT="1")
            if push:
                docker("push", image)


def _buildkit_config(settings: Settings) -> tuple[str, ...]:
    """buildx builds in a container, which must be told the registry's certificates."""
    from stack.swarm.registry import certificates

    folder = certificates(settings)
    if not folder.is_dir():
        return ()
    config = ROOT / ".run" / "swarm" / "buildkitd.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(
        f'[registry."{settings.registry}"]\n  ca = ["{folder}/ca.crt"]\n'
        f'  [[registry."{settings.registry}".keypair]]\n'
        f'    key = "{folder}/client.key"\n    cert = "{folder}/client.cert"\n'
    )
    return ("--config", str(config))
