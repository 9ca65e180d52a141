"""Brings images where none can be pulled: by the operator's own command, and those of the metrics, where that has none,
made of Debian's packages. Prometheus is a real one; Grafana is only somebody who answers its health check.

    STAND_INS_BY="command" python -m tests.stack.stand_ins NAME:TAG…
"""

import os
import shlex
import subprocess
import sys

BASE = "python:3.11.13-slim-bookworm"
INSTALL = "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -yqq --no-install-recommends"
RECIPES = {
    "prom/prometheus": f"""
        RUN {INSTALL} prometheus wget && mkdir -p /prometheus && chown 65534:65534 /prometheus
        VOLUME /prometheus
        ENTRYPOINT ["/usr/bin/prometheus"]
        """,
    "grafana/grafana": f"""
        RUN {INSTALL} wget && mkdir -p /srv/api /var/lib/grafana && echo ok >/srv/api/health \\
            && chown -R 472:472 /var/lib/grafana
        CMD ["python3", "-m", "http.server", "3000", "--directory", "/srv"]
        """,
}


def bring(images: list[str]) -> bool:
    command = shlex.split(os.environ["STAND_INS_BY"])
    ours = [image for image in images if image.partition(":")[0] in RECIPES]
    theirs = [image for image in images if image not in ours]
    if subprocess.run([*command, *theirs], check=False).returncode:
        return False
    return all(_there(image) or _brought(command, image) or _made(command, image) for image in ours)


def _docker(*arguments: str, given: str | None = None) -> bool:
    program = os.environ.get("DOCKER") or "docker"
    done = subprocess.run([program, *arguments], input=given, text=True, capture_output=True, check=False)
    return done.returncode == 0


def _there(image: str) -> bool:
    return _docker("image", "inspect", image)


def _brought(command: list[str], image: str) -> bool:
    return subprocess.run([*command, image], stderr=subprocess.DEVNULL, check=False).returncode == 0


def _made(command: list[str], image: str) -> bool:
    recipe = f"FROM {BASE}\n{RECIPES[image.partition(':')[0]]}"
    return _brought(command, BASE) and _docker("build", "--quiet", "--tag", image, "-", given=recipe)


if __name__ == "__main__":
    sys.exit(0 if bring(sys.argv[1:]) else 1)
