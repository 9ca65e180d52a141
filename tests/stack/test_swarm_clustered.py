"""The same stack on clusters: three nodes of RabbitMQ, three members of MongoDB, three shares of analysis, three edges.
Here they are on one machine; each could be on its own.
"""

import json
import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

import httpx
import pytest

from stack.local.errors import CommandFailed
from stack.swarm.settings import ROOT
from tests.stack.conftest import STACK, Operator
from tests.stack.load import Load
from tests.system.people import Owner, Tracker, click, eventually, page

OVERLAYS = "analysis-shares broker-cluster database-set edges metrics"
DATABASES = ("database", "database-2", "database-3")
VICTIMS: dict[str, Callable[[Operator], str]] = {
    "the broker that began the cluster": lambda cluster: "broker",
    "a broker that joined it": lambda cluster: "broker-2",
    "the primary": lambda cluster: primary(cluster),
    "a secondary": lambda cluster: next(name for name in DATABASES if name != primary(cluster)),
}


@pytest.fixture(scope="module")
def cluster(prepared: Operator) -> Iterator[Operator]:
    """In place of the stack of one node where there is one, with nothing in it."""
    operator = prepared
    operator.empty()
    before = dict(operator.environment)
    operator.environment |= {"OVERLAYS": OVERLAYS, "EDGES": "2", "GRAFANA_PORT": str(operator.mail_port)}
    operator.make("push")  # with the images of the metrics
    operator.environment["BROKER_UID"] = operator.user_of("broker", "BROKER_TAG")
    operator.make("deploy", seconds=900)
    assert eventually(operator.ready, 90), httpx.get(f"{operator.front}/health/ready").text
    yield operator
    operator.environment.clear()
    operator.environment.update(before)


def queues(cluster: Operator) -> dict[str, tuple[str, int, int]]:
    """Those that outlive who declared them: name -> kind, members, members that are there."""
    (container,) = cluster.containers("broker-3")
    command = "rabbitmqctl --quiet list_queues name type members online exclusive auto_delete"
    found = cluster.docker(
        "exec", container, "sh", "-c", f". /broker/environment.sh; {command} --formatter json"
    )
    return {
        queue["name"]: (queue["type"], len(queue["members"] or []), len(queue["online"] or []))
        for queue in json.loads(found)
        if not (queue["exclusive"] or queue["auto_delete"])
    }


def is_whole(cluster: Operator) -> bool:
    try:
        found = queues(cluster)
    except CommandFailed:  # it still starts
        return False
    return len(found) > 10 and set(found.values()) == {("quorum", 3, 3)}


def test_every_queue_has_three_members(cluster: Operator) -> None:
    assert eventually(lambda: is_whole(cluster), 120), queues(cluster)


def test_a_visit_is_in_the_report_whichever_share_holds_its_app(cluster: Operator) -> None:
    owner = Owner(cluster.front)
    for app in [owner.app() for _ in range(8)]:
        with Tracker(cluster.front, app.token).stream() as stream:
            stream.frame(page("/"), click("#buy"))
        assert eventually(lambda app=app: app.totals()["page_views"] == 1, 20)  # type: ignore[misc]


def test_each_share_of_analysis_is_asked_whether_it_is_well(cluster: Operator) -> None:
    parts = httpx.get(f"{cluster.edge}/health/ready").json()["parts"]
    assert {part for part in parts if part.startswith("analysis")} == {"analysis", "analysis 2", "analysis 3"}


def test_every_query_of_the_dashboard_has_an_answer_under_load(cluster: Operator) -> None:
    dashboard = json.loads((ROOT / "stack/metrics/dashboard.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(queries) >= 8

    def unanswered() -> list[str]:
        with Tracker(cluster.front, "").stream("nonsense") as refused:  # a stream that the edge ends
            assert refused.closed()[0] == 4401
        return [query for query in queries if not asked(cluster, query)]

    with Load(cluster.front, Owner(cluster.front).app()):
        assert eventually(lambda: not unanswered(), 120), unanswered()
        assert eventually(lambda: len(asked(cluster, 'up{job="edge"} == 1')) == 3, 60)
        assert eventually(lambda: len(asked(cluster, 'up{job="broker"} == 1')) == 3, 60)


def asked(cluster: Operator, query: str) -> list[object]:
    """What Prometheus answers."""
    (container,) = cluster.containers("prometheus")
    url = f"http://127.0.0.1:9090/api/v1/query?query={quote(query)}"
    answer = json.loads(cluster.docker("exec", container, "wget", "-q", "-O", "-", url))
    return list(answer["data"]["result"])


def test_grafana_is_given_its_source_and_the_dashboard(cluster: Operator) -> None:
    (container,) = cluster.containers("grafana")
    provisioning = "/etc/grafana/provisioning"
    for file in (
        "/etc/datalab/dashboard.json",
        f"{provisioning}/dashboards/datalab.yml",
        f"{provisioning}/datasources/datalab.yml",
    ):
        assert cluster.docker("exec", container, "cat", file)


def primary(cluster: Operator) -> str:
    """The database's member that takes the writes."""
    (container,) = cluster.containers("user-meta-agent")
    ask = (
        "import pathlib, pymongo; uri = pathlib.Path('/run/secrets/mongo_uri_users').read_text().strip();"
        "print(pymongo.MongoClient(uri).admin.command('hello')['primary'])"
    )
    return cluster.docker("exec", container, "python3", "-c", ask).partition(":")[0]


@pytest.mark.parametrize("which", VICTIMS)
def test_a_node_killed_under_load_loses_no_acked_event(cluster: Operator, which: str) -> None:
    victim = VICTIMS[which](cluster)
    with Load(cluster.front, Owner(cluster.front).app()) as load:
        (container,) = cluster.containers(victim)
        killed = time.monotonic()
        cluster.docker("kill", "--signal", "KILL", container)
        assert load.goes_on(), "nothing is taken without it"
        print(f"{victim} killed: everybody has ten more frames acked {time.monotonic() - killed:.1f} s later")
        assert eventually(lambda: is_back(cluster, victim, container), 120), "it does not come back"
        assert load.goes_on()
    assert load.is_counted_once(), (load.acked, load.app.totals())
    assert eventually(cluster.ready, 60), httpx.get(f"{cluster.front}/health/ready").text


def is_back(cluster: Operator, name: str, before: str) -> bool:
    there = cluster.containers(name)
    states = cluster.docker.lines("ps", "--format", "{{.ID}} {{.Status}}")
    return any(
        container != before and any(state.startswith(container) and "(healthy)" in state for state in states)
        for container in there
    )


def test_the_first_broker_with_its_disk_gone_joins_the_others_anew(cluster: Operator) -> None:
    cluster.docker("service", "scale", "--detach", f"{STACK}_broker=0")
    assert eventually(lambda: volume_is_removed(cluster, f"{STACK}_broker"), 60)
    forgotten = ". /broker/environment.sh; rabbitmqctl forget_cluster_node rabbit@broker-1"
    (container,) = cluster.containers("broker-3")
    cluster.docker("exec", container, "sh", "-c", forgotten)
    cluster.docker("service", "scale", "--detach", f"{STACK}_broker=1")
    assert eventually(lambda: is_whole(cluster), 120), queues(cluster)
    assert eventually(cluster.ready, 60), httpx.get(f"{cluster.front}/health/ready").text


def volume_is_removed(cluster: Operator, volume: str) -> bool:
    """A container that was killed before holds it too, until it is removed."""
    of_the_stack = f"label=com.docker.stack.namespace={STACK}"
    cluster.docker("container", "prune", "--force", "--filter", of_the_stack)
    return cluster.docker.works("volume", "rm", volume)


def test_the_database_goes_back_to_one_member_with_everything_in_it(cluster: Operator) -> None:
    app = Owner(cluster.front).app()
    with Tracker(cluster.front, app.token).stream() as stream:
        stream.frame(page("/"))
    assert eventually(lambda: app.totals()["page_views"] == 1, 20)
    cluster.make("database-alone")
    cluster.make("deploy", OVERLAYS=OVERLAYS.replace("database-set ", ""))
    assert eventually(lambda: not cluster.containers("database-2"), 60), "it was not taken away"
    assert eventually(cluster.ready, 60), httpx.get(f"{cluster.front}/health/ready").text
    with Tracker(cluster.front, app.token).stream() as stream:
        stream.frame(page("/"))
    assert eventually(lambda: app.totals()["page_views"] == 2, 20)
