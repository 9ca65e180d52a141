from pathlib import Path

import pytest

from stack.local.errors import Trouble
from stack.swarm import secrets, settings
from stack.swarm.docker import Docker


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


def fake_docker(tmp_path: Path, script: str) -> Docker:
    """Stands in for the program, which is not there in every place where tests run."""
    program = tmp_path / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return Docker(settings.load({"TAG": "abc", "DOCKER": str(program)}))


def test_without_an_engine_the_operator_is_told(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="No Docker engine answers: nobody is there"):
        fake_docker(tmp_path, "echo nobody is there >&2; exit 1").need_swarm()


def test_without_a_swarm_the_operator_is_told(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="docker swarm init"):
        fake_docker(tmp_path, "echo false").need_swarm()


def test_half_of_a_pair_of_secrets_is_refused(tmp_path: Path) -> None:
    script = 'case "$1" in info) echo true;; secret) echo datalab_amqp_uri;; esac'
    with pytest.raises(Trouble, match="amqp_uri and broker_definitions"):
        secrets.make(settings.load({"TAG": "abc"}), fake_docker(tmp_path, script))
