"""An operator's life with the stack, in this order: deployed, used, looked after, updated under load, rolled back,
backed up, lost, restored.
"""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from edge.headers import PAGE_POLICY
from stack.swarm.secrets import AGENTS
from stack.swarm.settings import ROOT
from tests.stack.conftest import MAIL_PASSWORD, MAIL_USER, STACK, Operator
from tests.stack.load import Load
from tests.stack.post_office import post_office
from tests.system.people import App, Owner, Tracker, click, eventually, page

IDLE_MEMORY = 1000.0
"""MB"""
MB = {"KiB": 1.024e-3, "MiB": 1.048576, "GiB": 1073.741824, "B": 1e-6, "kB": 1e-3}


@pytest.fixture(scope="module")
def app(operator: Operator) -> App:
    return Owner(operator.front).app()


def test_the_whole_stack_takes_no_more_memory_than_promised(operator: Operator) -> None:
    label = f"label=com.docker.stack.namespace={STACK}"
    used = operator.docker.lines(
        "stats",
        "--no-stream",
        "--format",
        "{{.Name}} {{.MemUsage}}",
        *operator.docker.lines("ps", "-q", "-f", label),
    )
    figures = {
        line.split()[0].partition(".")[0]: float(found[1]) * MB[found[2]]
        for line in used
        if (found := re.search(r" ([\d.]+)(\w+) /", line))
    }
    print("\n".join(f"{name:<40}{size:7.0f} MB" for name, size in sorted(figures.items())))
    print(f"{'together':<40}{sum(figures.values()):7.0f} MB")
    assert len(figures) == len(AGENTS) + 5
    assert sum(figures.values()) <= IDLE_MEMORY


def test_every_database_of_the_table_resolves_where_its_service_is(operator: Operator) -> None:
    for agent in AGENTS.values():
        (container,) = operator.containers(agent)
        look_up = f"import socket; print(socket.gethostbyname('{agent}-db'))"
        assert re.match(r"\d+\.\d+\.\d+\.\d+", operator.docker("exec", container, "python3", "-c", look_up))


def test_the_edge_reaches_no_database_and_the_front_door_no_broker(operator: Operator) -> None:
    (edge,) = operator.containers("api-bff")
    look_up = "import socket; socket.gethostbyname('database')"
    assert not operator.docker.works("exec", edge, "python3", "-c", look_up)
    (front,) = operator.containers("frontend-web")
    assert operator.docker.works("exec", front, "getent", "hosts", "api-bff")
    assert not operator.docker.works("exec", front, "getent", "hosts", "broker")


def test_nobody_is_root_and_nothing_can_be_written(operator: Operator) -> None:
    for container in operator.docker.lines("ps", "-q", "-f", f"label=com.docker.stack.namespace={STACK}"):
        assert operator.docker("exec", container, "id", "-u").strip() != "0"
        assert not operator.docker.works("exec", container, "sh", "-c", "echo x >/etc/x")


def test_the_front_door_gives_dashboard_and_tracker(operator: Operator) -> None:
    dashboard = httpx.get(f"{operator.front}/apps/anything", headers={"accept-encoding": "gzip"})
    assert dashboard.status_code == 200
    assert dashboard.headers["content-security-policy"] == PAGE_POLICY
    assert dashboard.headers["content-encoding"] == "gzip"
    tracker = httpx.get(f"{operator.front}/t.js")
    assert (tracker.status_code, tracker.headers["access-control-allow-origin"]) == (200, "*")
    assert len(tracker.text) > 1000


@pytest.mark.parametrize("door", ["front", "edge"])
def test_a_visit_is_in_the_report_by_either_door(operator: Operator, app: App, door: str) -> None:
    before = app.totals()["page_views"]
    with Tracker(getattr(operator, door), app.token).stream() as stream:
        stream.acked(page("/product/7"), click("#buy"))
        assert eventually(lambda: app.totals()["page_views"] == before + 1)


def test_the_system_tests_pass_through_the_front_door(operator: Operator) -> None:
    """Every one that does not reach behind the edge; in a process of its own, with the fixtures of tests/system."""
    command = [sys.executable, "-m", "pytest", "-q", "--edge", operator.front, "tests/system"]
    said = operator.run(command, dict(os.environ))
    print(said.splitlines()[-1])
    assert re.search(r"\b\d{3} passed", said)


def test_a_second_deployment_of_the_same_changes_nothing(operator: Operator) -> None:
    label = f"label=com.docker.stack.namespace={STACK}"
    before = operator.docker.lines("ps", "-q", "--no-trunc", "-f", label)
    operator.make("deploy")
    assert operator.docker.lines("ps", "-q", "--no-trunc", "-f", label) == before


def test_the_logs_of_a_service_are_followed(operator: Operator) -> None:
    command = ["make", "--silent", "swarm-logs", "OF=event-record-agent api-bff"]
    environment = {**os.environ, **operator.environment}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as follower:
        assert follower.stdout
        seen: set[str] = set()
        for line in follower.stdout:
            seen |= {
                name for name in ("event-record-agent", "api-bff") if line.startswith(f"{STACK}_{name}.")
            }
            if len(seen) == 2:
                break
        os.killpg(follower.pid, signal.SIGTERM)
    assert len(seen) == 2


def test_a_dead_letter_is_listed_shown_and_sent_back(operator: Operator) -> None:
    (container,) = operator.containers("event-record-agent")
    queue = "evt-edge-frames--recorder.record"
    publish = (
        "import pathlib, pika; uri = pathlib.Path('/run/secrets/amqp_uri').read_text().strip();"
        "channel = pika.BlockingConnection(pika.URLParameters(uri)).channel(); channel.confirm_delivery();"
        f"channel.basic_publish('', '{queue}', b'not-a-frame', mandatory=True)"
    )
    operator.docker("exec", container, "python3", "-c", publish)
    assert eventually(lambda: queue in operator.make("swarm-dead-letters"), 30)
    assert "not-a-frame" in operator.make("swarm-dead-letters", "DO=show 1")
    assert "1 sent back" in operator.make("swarm-dead-letters", "DO=replay all")
    assert eventually(lambda: queue in operator.make("swarm-dead-letters"), 30), "it is no better than before"


def test_who_forgot_the_password_gets_a_mail(operator: Operator) -> None:
    person = Owner(operator.front)
    with post_office(operator.mail_port, MAIL_USER, MAIL_PASSWORD) as office:
        asked = person.http.post("/api/auth/forgotten-password", json={"email": person.email})
        assert asked.status_code < 300, asked.text
        assert eventually(lambda: office.letters, 30)
    assert f"To: {person.email}" in office.letters[0]
    assert f"{operator.front}/" in office.letters[0]


def test_an_operator_makes_a_link_for_who_forgot_the_password(operator: Operator) -> None:
    person = Owner(operator.front)
    assert f"{operator.front}/" in operator.make("swarm-reset-password", f"EMAIL={person.email}")
    assert "Nobody is logged out" in operator.make("swarm-rotate-keys")


def test_an_update_under_load_loses_no_acked_event(operator: Operator) -> None:
    with Load(operator.front, Owner(operator.front).app()) as load:
        operator.make("push", TAG="second")
        operator.make("deploy", TAG="second")
        assert load.goes_on()
    for service in ("api-bff", "frontend-web", *AGENTS.values()):
        assert operator.image(service) == "second", service
    assert load.is_counted_once(), (load.acked, load.app.totals())


def test_a_version_that_does_not_get_well_is_rolled_back_by_itself(operator: Operator) -> None:
    name = f"{STACK}_app-meta-agent"
    operator.docker(
        "service", "update", "--detach", "--env-add", "MONGO_TIMEOUT=soon", "--update-monitor", "20s", name
    )

    def state() -> str:
        (service,) = operator.docker.inspect("service", name)
        return str(service.get("UpdateStatus", {}).get("State"))

    assert eventually(lambda: state() == "rollback_completed", 120), state()
    assert eventually(operator.ready, 30)


def test_a_rollback_brings_back_what_ran_before_the_update(operator: Operator) -> None:
    """Also where a service is being started anew, and where the Swarm has taken back a later update of one."""
    operator.docker("service", "update", "--force", "--detach", f"{STACK}_notify-live-agent")
    operator.make("rollback")
    for service in ("api-bff", "frontend-web", *AGENTS.values()):
        assert operator.image(service) == "first", service
    assert eventually(operator.ready, 60)
    with pytest.raises(AssertionError, match="There is nothing to roll back to"):
        operator.make("rollback")


def test_a_backup_is_restored_into_an_empty_stack(operator: Operator, app: App, folder: Path) -> None:
    before = app.totals()["page_views"]
    with Tracker(operator.front, app.token).stream() as stream:
        stream.acked(page("/one"), page("/two"), click("#buy"))
    assert eventually(lambda: app.totals()["page_views"] == before + 2)
    totals = app.totals()
    operator.make("backup", f"TO={folder}")
    counts = json.loads((folder / "manifest.json").read_text())["counts"]
    operator.empty()
    operator.make("deploy")
    assert operator.counts()["user-meta-agent"].get("people", 0) == 0
    operator.make("restore", f"FROM={folder}")
    restored = operator.counts()
    for database, collections in counts.items():
        for collection, count in collections.items():
            if collection not in ("sessions", "tries"):  # those end by themselves
                assert restored[database][collection] == count, f"{database}.{collection}"
    assert eventually(operator.ready, 60)
    assert eventually(lambda: app.totals() == totals, 60), app.totals()
