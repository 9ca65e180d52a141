"""Deploying: hand the stack's files to the Swarm, then wait until every service runs what was asked for, and is well.

What is not well in time, or was rolled back by the Swarm, ends in an error that names the service and the end of its
log.
"""

import time
from collections.abc import Sequence

from stack.local.errors import NotReady, Trouble
from stack.swarm import rollback, secrets
from stack.swarm.docker import Docker
from stack.swarm.rollback import Service, image_of
from stack.swarm.settings import ROOT, Settings

LABEL = "datalab.data"
_TWO_MORE = ("datalab.second", "datalab.third")
LABELS = {
    "analysis-shares": _TWO_MORE,
    "broker-cluster": _TWO_MORE,
    "database-set": _TWO_MORE,
    "shards": _TWO_MORE,
}
"""of the nodes that an overlay needs beside the first"""
ONE_SHOT = "database-prepare"
"""does its work and ends"""
PAUSE = 1.0
"""seconds"""
FAILED_UPDATES = ("rollback_started", "rollback_paused", "rollback_completed", "paused")
Updates = dict[str, str]
"""service -> when it was updated last"""


def deploy(settings: Settings, docker: Docker) -> None:
    docker.need_swarm()
    if lacking := secrets.missing(settings, docker):
        raise Trouble(f"Secrets are missing: {', '.join(lacking)}. `make secrets` makes them.")
    label_nodes(docker, (LABEL, *(label for name in settings.overlays for label in LABELS.get(name, ()))))
    files = [ROOT / "docker-stack.yml", *(ROOT / "stack" / f"{name}.yml" for name in settings.overlays)]
    given = [argument for file in files for argument in ("-c", str(file))]
    before = _updates(settings, docker)
    docker.show("stack", "deploy", "--prune", "--with-registry-auth", *given, settings.stack)
    wait(settings, docker, before)
    print(f"{settings.stack} runs {settings.tag}.")


def label_nodes(docker: Docker, labels: Sequence[str] = (LABEL,)) -> None:
    """What has a volume stays where that is: on the node with its label. A Swarm of one gives itself all of them."""
    nodes = docker.lines("node", "ls", "--quiet")
    given = {label for node in docker.inspect("node", *nodes) for label in node["Spec"].get("Labels", {})}
    for label in dict.fromkeys(labels):
        if label in given:
            continue
        if len(nodes) > 1:
            raise Trouble(
                f"No node keeps the data of {label}: docker node update --label-add {label}=true NODE"
            )
        docker("node", "update", "--label-add", f"{label}=true", nodes[0])


def back(settings: Settings, docker: Docker) -> None:
    """Every service to what it was before the last deployment: rollback.py."""
    services = [each for each in _services(settings, docker) if _name(settings, each) != ONE_SHOT]
    steps = rollback.steps(services, settings.registry)
    if not steps:
        raise Trouble("There is nothing to roll back to.")
    for name, image in steps.items():
        if image is None:
            docker("service", "rollback", "--detach", name)
        else:
            docker("service", "update", "--detach", "--with-registry-auth", "--image", image, name)
    wait(settings, docker)
    print(f"Rolled back: {', '.join(name.removeprefix(f'{settings.stack}_') for name in steps)}.")


def undeploy(settings: Settings, docker: Docker) -> None:
    """Volumes and secrets stay: `make deploy` brings everything back.

    Who talks to the broker goes first: it ends what is under way and says good-bye to the broker, and would be killed
    while it waits for one that is gone.
    """
    if clients := running(settings, docker, *rollback.OF_THE_DEPLOYMENT):
        names = [f"{settings.stack}_{name}" for name in clients]
        docker("service", "rm", *names)
        of_one = "label=com.docker.swarm.service.name="
        _until_gone(settings, docker, *(("ps", "--quiet", "--filter", of_one + name) for name in names))
    docker("stack", "rm", settings.stack)
    of_all = f"label=com.docker.stack.namespace={settings.stack}"
    kinds = (("ps", "--all"), ("network", "ls"))
    _until_gone(settings, docker, *((*kind, "--quiet", "--filter", of_all) for kind in kinds))
    print(f"{settings.stack} is gone; its volumes and secrets are kept.")


def _until_gone(settings: Settings, docker: Docker, *lists: Sequence[str]) -> None:
    """Until each of these lists of Docker's is empty."""
    end = time.monotonic() + settings.seconds
    while any(docker.lines(*each) for each in lists):
        if time.monotonic() > end:
            raise Trouble(f"{settings.stack} does not stop: docker stack ps {settings.stack}")
        time.sleep(PAUSE)


def status(settings: Settings, docker: Docker) -> None:
    docker.show("stack", "services", settings.stack)


def wait(settings: Settings, docker: Docker, before: Updates | None = None) -> None:
    """Until every service is well. Given the updates there were `before`, a later one that failed ends it."""
    end = time.monotonic() + settings.seconds
    while lagging := _lagging(settings, docker, before):
        if time.monotonic() > end:
            first = lagging[0]
            late = f"is not well after {settings.seconds:.0f} s ({len(lagging)} services are not)"
            raise NotReady(first, late, last_lines(settings, docker, first))
        time.sleep(PAUSE)


def _lagging(settings: Settings, docker: Docker, before: Updates | None) -> list[str]:
    found = []
    for service in _services(settings, docker):
        name = _name(settings, service)
        state = service.get("UpdateStatus", {}).get("State", "")
        fresh = before is not None and before.get(name) != _started(service)
        if state in FAILED_UPDATES and fresh and name != ONE_SHOT:
            why = service["UpdateStatus"].get("Message", state)
            raise NotReady(name, f"could not be updated ({why})", last_lines(settings, docker, name))
        if not _is_well(docker, service, name, state):
            found.append(name)
    return found


def _updates(settings: Settings, docker: Docker) -> Updates:
    return {_name(settings, service): _started(service) for service in _services(settings, docker)}


def _started(service: Service) -> str:
    return str(service.get("UpdateStatus", {}).get("StartedAt", ""))


def _is_well(docker: Docker, service: Service, name: str, state: str) -> bool:
    wanted = service["Spec"]["Mode"]["Replicated"]["Replicas"]
    image = image_of(service["Spec"])
    tasks = docker.lines(
        "service", "ps", "--no-trunc", "--format", "{{.CurrentState}}\t{{.Image}}", service["Spec"]["Name"]
    )
    good = "Complete" if name == ONE_SHOT else "Running"
    tasks = [task.partition("@")[0] for task in tasks]  # without the digest
    running = [task for task in tasks if task.startswith(good) and task.endswith(f"\t{image}")]
    others = [task for task in tasks if task.startswith("Running") and not task.endswith(f"\t{image}")]
    if name == ONE_SHOT:
        return bool(running)
    return len(running) == wanted and not others and state not in ("updating", "rollback_started")


def running(settings: Settings, docker: Docker, *images: str) -> list[str]:
    """The services that run one of these images."""
    starts = tuple(f"{settings.registry}/{image}:" for image in images)
    return [
        name
        for service in _services(settings, docker)
        if (name := _name(settings, service)) != ONE_SHOT and image_of(service["Spec"]).startswith(starts)
    ]


def last_lines(settings: Settings, docker: Docker, name: str) -> str:
    """Of its log, and what the Swarm says of its tasks."""
    service = f"{settings.stack}_{name}"
    tasks = docker(
        "service", "ps", "--no-trunc", "--format", "{{.CurrentState}} {{.Error}}", service
    ).splitlines()
    asked = ["service", "logs", "--raw", "--tail", "15", service]
    if tasks and tasks[0].startswith("Starting"):
        # Of who is not well yet the Swarm gives no log; the container does, where it is on this node.
        of_it = f"label=com.docker.swarm.service.name={service}"
        if containers := docker.lines("ps", "--quiet", "--filter", of_it):
            asked = ["logs", "--tail", "15", containers[0]]
    logs = docker._run(*asked)
    return "\n".join([*tasks[:3], *(logs.stdout + logs.stderr).splitlines()[-15:]])


def need_stack(settings: Settings, docker: Docker) -> list[str]:
    """The services there are, by their names in the stack's files. Raises Trouble where the stack is not deployed."""
    if not (names := _names(settings, docker)):
        raise Trouble(f"There is no stack {settings.stack} in this Swarm: `make deploy` brings it.")
    return [name.removeprefix(f"{settings.stack}_") for name in names]


def _services(settings: Settings, docker: Docker) -> Sequence[Service]:
    return docker.inspect("service", *_names(settings, docker))


def _names(settings: Settings, docker: Docker) -> list[str]:
    label = f"label=com.docker.stack.namespace={settings.stack}"
    return docker.lines("service", "ls", "--format", "{{.Name}}", "--filter", label)


def _name(settings: Settings, service: Service) -> str:
    return str(service["Spec"]["Name"]).removeprefix(f"{settings.stack}_")
