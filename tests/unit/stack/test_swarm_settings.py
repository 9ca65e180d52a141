from pathlib import Path

import pytest

from stack.local.errors import Trouble
from stack.swarm import images, secrets, settings
from tests.unit.stack.fake_docker import fake_docker


def test_images_are_named_by_registry_and_commit() -> None:
    chosen = settings.load({"TAG": "abc", "REGISTRY": "pi.example:5005"})
    assert chosen.image("edge") == "pi.example:5005/edge:abc"


def test_the_databases_version_is_that_of_its_own_files() -> None:
    chosen = settings.load({"TAG": "abc"})
    assert chosen.image("database") != "datalab-registry.dev:5000/database:abc"
    assert chosen.image("database").startswith("datalab-registry.dev:5000/database:")


def test_an_unknown_overlay_is_named() -> None:
    with pytest.raises(Trouble, match="metrix"):
        settings.load({"TAG": "abc", "OVERLAYS": "tls metrix"})


@pytest.mark.parametrize(("overlays", "kind"), [("", "classic"), ("edges broker-cluster", "quorum")])
def test_queues_are_kept_on_several_nodes_where_there_are_several(overlays: str, kind: str) -> None:
    assert settings.load({"TAG": "abc", "OVERLAYS": overlays}).environment["QUEUE_TYPE"] == kind


@pytest.mark.parametrize(("overlays", "replicas"), [("", "1"), ("database-set", "1"), ("databases", "0")])
def test_no_mongod_for_all_answers_beside_those_of_each(overlays: str, replicas: str) -> None:
    loaded = settings.load({"TAG": "abc", "OVERLAYS": overlays})
    assert loaded.environment["DATABASE_REPLICAS"] == replicas


def test_a_time_that_is_none_is_named() -> None:
    with pytest.raises(Trouble, match="SECONDS_TO_DEPLOY"):
        settings.load({"TAG": "abc", "SECONDS_TO_DEPLOY": "soon"})


def test_secrets_are_long_and_never_the_same() -> None:
    one, other = secrets._all(), secrets._all()
    assert one.keys() == other.keys()
    assert all(len(value) >= 32 for value in one.values())
    assert not set(one.values()) & set(other.values())


def test_a_service_logs_in_as_itself_at_the_name_of_the_table() -> None:
    uri = secrets._all()["mongo_uri_apps"]
    assert uri.startswith("mongodb://app-meta-agent:")
    assert "@app-meta-agent-db:27017/app-meta-agent?" in uri


def test_without_an_engine_the_operator_is_told(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="No Docker engine answers: nobody is there"):
        fake_docker(tmp_path, "echo nobody is there >&2; exit 1").need_swarm()


def test_without_a_swarm_the_operator_is_told(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="docker swarm init"):
        fake_docker(tmp_path, "echo false").need_swarm()


def test_half_of_a_pair_of_secrets_is_refused(tmp_path: Path) -> None:
    script = 'case "$1" in info) echo true;; secret) echo datalab_amqp_uri;; esac'
    with pytest.raises(Trouble, match=r"amqp_uri and broker_definitions .* rm datalab_amqp_uri"):
        secrets.make(settings.load({"TAG": "abc"}), fake_docker(tmp_path, script))


def said_to_docker(tmp_path: Path, script: str, **environment: str) -> list[str]:
    """What `make push` calls docker with, an argument list a line."""
    log = tmp_path / "said"
    docker = fake_docker(tmp_path, f'echo "$*" >>{log}; {script}', **environment)
    chosen = settings.load({"TAG": "abc", "BROKER_TAG": "b", "DATABASE_TAG": "d", **environment})
    images.build(chosen, docker, push=True)
    return log.read_text().splitlines()


def test_with_buildx_every_image_is_built_for_both_platforms_and_pushed(tmp_path: Path) -> None:
    said = said_to_docker(tmp_path, "exit 0")
    builds = [line for line in said if line.startswith("buildx build")]
    assert len(builds) == len(images.IMAGES)
    for name, line in zip(images.IMAGES, builds, strict=True):
        assert "--builder datalab --platform linux/arm64,linux/amd64" in line
        assert f" -t datalab-registry.dev:5000/{name}:" in line
        assert " --push " in line


def test_a_builder_is_made_once(tmp_path: Path) -> None:
    said = said_to_docker(tmp_path, 'case "$*" in "buildx inspect datalab") exit 1;; esac')
    (made,) = [line for line in said if "create" in line]
    assert made.startswith("buildx create --name datalab")
    assert not [line for line in said_to_docker(tmp_path, "exit 0")[len(said) :] if "create" in line]


def test_without_buildx_images_are_built_for_this_machine_and_pushed(tmp_path: Path) -> None:
    said = said_to_docker(tmp_path, 'case "$1" in buildx) exit 1;; esac', PLATFORMS="linux/arm64")
    assert [line for line in said if line.startswith("push ")] == [
        "push datalab-registry.dev:5000/edge:abc",
        "push datalab-registry.dev:5000/services:abc",
        "push datalab-registry.dev:5000/frontend:abc",
        "push datalab-registry.dev:5000/database:d",
        "push datalab-registry.dev:5000/broker:b",
    ]
    assert all("--platform" not in line for line in said)


def test_base_images_that_could_not_be_brought_are_named(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"mongo:4\.4\.18"):
        said_to_docker(tmp_path, "exit 0", BASES="false")
