import stat
from pathlib import Path

import pytest

from stack.local.credentials import Credentials


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    return Credentials(tmp_path / "secrets")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_reads_a_secret(credentials: Credentials) -> None:
    credentials.password("broker")
    credentials.file("amqp_uri", "amqp://datalab:secret@localhost")
    key = credentials.key_file("ticket_key")
    assert mode(credentials.folder) == 0o700
    assert {path.name for path in credentials.folder.iterdir()} == {"broker", "amqp_uri", "ticket_key"}
    assert {mode(path) for path in credentials.folder.iterdir()} == {0o600}
    assert len(key.read_text()) == 128


def test_a_secret_is_made_once_and_no_two_are_alike(credentials: Credentials) -> None:
    assert credentials.password("broker") == Credentials(credentials.folder).password("broker")
    assert credentials.password("broker") != credentials.password("mongo_users")


def test_a_file_that_is_right_is_not_written_again(credentials: Credentials) -> None:
    before = credentials.file("amqp_uri", "amqp://one").stat().st_ino
    assert credentials.file("amqp_uri", "amqp://one").stat().st_ino == before
    assert credentials.file("amqp_uri", "amqp://two").read_text() == "amqp://two"
