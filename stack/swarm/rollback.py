"""Which services go back, and how: to what ran before the last deployment.

Docker remembers of each service what it was before it was changed last. That is what ran before the deployment, but
not of a service that was started anew or scaled since, nor of one whose last update the Swarm has taken back by itself,
of which it then remembers nothing: those go back to the version that the others go back to, where they are not there
already. What `make rollback` has brought back does not go forward again: that is `make deploy`.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

Service = dict[str, Any]  # Any: Docker's own JSON
OF_THE_DEPLOYMENT = ("edge", "services", "frontend")
"""images that have its tag; broker and database have their own"""
Steps = dict[str, str | None]
"""service -> the image it shall run, or None: as Docker remembers it"""


def steps(services: Sequence[Service], registry: str) -> Steps:
    starts = tuple(f"{registry}/{image}:" for image in OF_THE_DEPLOYMENT)
    remembered = [service for service in services if service.get("PreviousSpec") or _is_back(service)]
    deployed = [service for service in remembered if image_of(service["Spec"]).startswith(starts)]
    others = [service for service in remembered if service not in deployed]
    if (before := _version_before(deployed)) is None:
        same = [service for service in deployed if not _has_moved(service)]
        return {_name(service): None for service in (*same, *others) if _has_changed(service)}
    found: Steps = {_name(service): None for service in others if _has_changed(service)}
    for service in deployed:
        if _has_moved(service):
            found[_name(service)] = None
        elif _version(service["Spec"]) != before:
            found[_name(service)] = f"{image_of(service['Spec']).rpartition(':')[0]}:{before}"
    return found


def _version_before(deployed: Sequence[Service]) -> str | None:
    """None: the last deployment brought no other version, or everything is back already."""
    moved = [service for service in deployed if _has_moved(service)]
    now = {_version(service["Spec"]) for service in deployed}
    brought_back = any(_is_back(service) and service.get("PreviousSpec") for service in deployed)
    if not moved or (len(now) == 1 and brought_back):
        return None
    return Counter(_version(service["PreviousSpec"]) for service in moved).most_common(1)[0][0]


def _has_moved(service: Service) -> bool:
    """Its last change brought another version, which has stayed."""
    return not _is_back(service) and _version(service["Spec"]) != _version(service["PreviousSpec"])


def image_of(spec: Service) -> str:
    return str(spec["TaskTemplate"]["ContainerSpec"]["Image"]).partition("@")[0]


def _version(spec: Service) -> str:
    return image_of(spec).rpartition(":")[2]


def _name(service: Service) -> str:
    return str(service["Spec"]["Name"])


def _is_back(service: Service) -> bool:
    return str(service.get("UpdateStatus", {}).get("State", "")).startswith("rollback")


def _has_changed(service: Service) -> bool:
    """In more than that it was started anew; and not back since."""

    def compared(spec: Service) -> Service:
        task = {name: value for name, value in spec["TaskTemplate"].items() if name != "ForceUpdate"}
        return {**spec, "TaskTemplate": task}

    return not _is_back(service) and compared(service["Spec"]) != compared(service["PreviousSpec"])
