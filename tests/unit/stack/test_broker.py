import base64
import json
import re
from pathlib import Path

from stack.local.broker import Broker, password_hash
from stack.local.credentials import Credentials
from stack.local.ports import Ports


def test_a_password_is_hashed_as_in_rabbitmqs_own_example() -> None:
    assert password_hash("test12", b"\x90\x8d\xc6\x0a") == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"


def test_the_one_user_has_our_password_and_no_guest_exists(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path / "secrets")
    Broker(tmp_path, Ports(), credentials).programs()
    definitions = json.loads((credentials.folder / "broker_definitions.json").read_text())
    [user] = definitions["users"]
    salt = base64.b64decode(user["password_hash"])[:4]
    assert user["name"] == "datalab"
    assert user["password_hash"] == password_hash(credentials.password("broker"), salt)


def test_the_queues_of_events_are_bounded_and_refuse_what_is_beyond(tmp_path: Path) -> None:
    credentials = Credentials(tmp_path / "secrets")
    Broker(tmp_path, Ports(), credentials).programs()
    [policy] = json.loads((credentials.folder / "broker_definitions.json").read_text())["policies"]
    assert re.match(policy["pattern"], "evt-edge-frames--recorder.record")
    assert re.match(policy["pattern"], "evt-edge-blocks--recorder.record_blocks")
    assert policy["definition"]["overflow"] == "reject-publish"
    assert policy["definition"]["max-length-bytes"] <= 268_435_456


def test_the_management_interface_is_on_only_when_asked_for(tmp_path: Path) -> None:
    plugins = tmp_path / "broker" / "enabled_plugins"
    Broker(tmp_path, Ports(), Credentials(tmp_path / "secrets")).programs()
    assert plugins.read_text() == "[].\n"
    Broker(tmp_path, Ports(), Credentials(tmp_path / "secrets"), management=True).programs()
    assert plugins.read_text() == "[rabbitmq_management].\n"


def test_a_configuration_made_again_is_the_same_version(tmp_path: Path) -> None:
    def version() -> str:
        return Broker(tmp_path, Ports(), Credentials(tmp_path / "secrets")).programs()[1].version

    first = version()
    assert version() == first
    (tmp_path / "secrets" / "broker").write_text("another password")
    assert version() != first
