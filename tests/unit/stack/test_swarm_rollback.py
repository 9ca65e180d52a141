"""Which services `make rollback` takes back, told by what Docker says of them."""

from typing import Any

import pytest

from stack.swarm.rollback import Steps, steps

REGISTRY = "pi.example:5000"


def spec(name: str, image: str, force: int = 0, replicas: int = 1) -> dict[str, Any]:
    container = {"Image": f"{REGISTRY}/{image}@sha256:0"}
    task = {"ContainerSpec": container, "ForceUpdate": force}
    return {"Name": name, "TaskTemplate": task, "Mode": {"Replicated": {"Replicas": replicas}}}


def service(
    name: str, now: str, before: str | None, state: str = "completed", **since: int
) -> dict[str, Any]:
    """Images `edge:B`; `since`: what was done to it after it got its image."""
    there = {"Spec": spec(name, now, **since), "UpdateStatus": {"State": state}}
    return there if before is None else {**there, "PreviousSpec": spec(name, before)}


EDGE, USERS, APPS = (
    service("edge", "edge:B", "edge:A"),
    service("users", "services:B", "services:A"),
    service("apps", "services:B", "services:A"),
)
BROKER = service("broker", "broker:1", "broker:1")
BACK = [
    service("edge", "edge:A", "edge:B", "rollback_completed"),
    service("users", "services:A", "services:B", "rollback_completed"),
]
CASES: dict[str, tuple[list[dict[str, Any]], Steps]] = {
    "an update: what it changed, and no more": (
        [EDGE, USERS, BROKER],
        {"edge": None, "users": None},
    ),
    "an update of the broker too": (
        [EDGE, service("broker", "broker:2", "broker:1")],
        {"edge": None, "broker": None},
    ),
    "a service started anew since goes to the version of the others": (
        [EDGE, service("users", "services:B", "services:B", force=1)],
        {"edge": None, "users": f"{REGISTRY}/services:A"},
    ),
    "so does one that was scaled since": (
        [EDGE, service("users", "services:B", "services:B", replicas=3)],
        {"edge": None, "users": f"{REGISTRY}/services:A"},
    ),
    "what the Swarm took back by itself stays, the others follow": (
        [EDGE, service("users", "services:A", "services:B", "rollback_completed"), APPS],
        {"edge": None, "apps": None},
    ),
    "also where Docker remembers nothing of it, as it does then": (
        [EDGE, service("users", "services:A", None, "rollback_completed"), APPS],
        {"edge": None, "apps": None},
    ),
    "what was deployed, changed since, and then taken back by the Swarm goes with the others": (
        [EDGE, service("users", "services:B", None, "rollback_completed"), APPS],
        {"edge": None, "users": f"{REGISTRY}/services:A", "apps": None},
    ),
    "a second time nothing goes forward again": (BACK, {}),
    "nor after the Swarm took back one by itself": (
        [*BACK, service("apps", "services:A", None, "rollback_completed")],
        {},
    ),
    "nor where that one was changed since and brought back by its image": (
        [
            *BACK,
            service("apps", "services:A", "services:B"),
            service("config", "services:A", None, "rollback_completed"),
        ],
        {},
    ),
    "nor where one was brought back by its image": (
        [*BACK, service("apps", "services:A", "services:B")],
        {},
    ),
    "an update that failed everywhere is back already": (BACK[:1], {}),
    "a service that the deployment brought has no before": (
        [EDGE, service("new", "services:B", None)],
        {"edge": None},
    ),
    "of the same version other settings": (
        [service("edge", "edge:A", "edge:A", replicas=3), service("users", "services:A", "services:A")],
        {"edge": None},
    ),
    "started anew alone is no change": ([service("users", "services:A", "services:A", force=1)], {}),
    "a first deployment": ([service("edge", "edge:A", None), service("broker", "broker:1", None)], {}),
}


@pytest.mark.parametrize("case", CASES)
def test_what_ran_before_comes_back(case: str) -> None:
    services, wanted = CASES[case]
    assert steps(services, REGISTRY) == wanted
