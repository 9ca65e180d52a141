"""What is asked of Docker to deploy and to take out again."""

import json
from pathlib import Path
from typing import Any

from stack.swarm import deploy, settings
from tests.unit.stack.fake_docker import fake_docker

REGISTRY = "pi.example:5000"
IMAGES = {
    "api-bff": "edge:A",
    "user-meta-agent": "services:A",
    "broker": "broker:1",
    "database-prepare": "services:A",
}


def spec(name: str, image: str) -> dict[str, Any]:
    return {"Name": f"datalab_{name}", "TaskTemplate": {"ContainerSpec": {"Image": f"{REGISTRY}/{image}"}}}


def test_who_talks_to_the_broker_goes_before_it(tmp_path: Path) -> None:
    said, services = tmp_path / "said", tmp_path / "services.json"
    services.write_text(json.dumps([{"Spec": spec(name, image)} for name, image in IMAGES.items()]))
    script = f"""echo "$*" >>{said}
    case "$1 $2" in
    "service ls") echo {" ".join(f"datalab_{name}" for name in IMAGES)};;
    "service inspect") cat {services};;
    "ps --quiet") [ "$(grep -c "^ps --quiet .*=datalab_api-bff" {said})" -gt 1 ] || echo still-there;;
    esac"""
    deploy.undeploy(settings.load({"TAG": "A", "REGISTRY": REGISTRY}), fake_docker(tmp_path, script))
    lines = said.read_text().splitlines()
    removed = lines.index("service rm datalab_api-bff datalab_user-meta-agent")
    looks = [at for at, line in enumerate(lines) if line.startswith("ps --quiet")]
    assert removed < min(looks)
    assert max(looks) < lines.index("stack rm datalab")
    assert sum("datalab_api-bff" in lines[at] for at in looks) == 2, "it is waited for"


def test_who_does_not_get_well_is_told_with_its_log(tmp_path: Path) -> None:
    """Docker's `service logs` is silent until it is."""
    script = """case "$1 $2" in
    "service ps") echo "Starting 9 seconds ago"; echo "Failed 1 minute ago";;
    "ps --quiet") echo newest; echo older;;
    "logs --tail") [ "$4" = newest ] && echo "cannot connect (ACCESS_REFUSED)" >&2;;
    esac"""
    said = deploy.last_lines(settings.load({"TAG": "A"}), fake_docker(tmp_path, script), "api-bff")
    assert said.splitlines() == [
        "Starting 9 seconds ago",
        "Failed 1 minute ago",
        "cannot connect (ACCESS_REFUSED)",
    ]
