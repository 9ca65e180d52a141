"""The edge's settings come from the environment, and what is wrong with one is a sentence that names it."""

from pathlib import Path

import pytest

from edge.settings import EdgeSettings
from services.contracts.settings import SettingInvalid, load

REQUIRED = {"AMQP_URI": "amqp://localhost", "TICKET_KEY": "k" * 32}


def test_each_setting_has_a_default_but_the_two_secrets() -> None:
    settings = load(EdgeSettings, REQUIRED)
    assert (settings.edge_port, settings.batch_ms, settings.log_level) == (8080, 50, "INFO")
    assert settings.frame_bytes == 65_536


def test_settings_are_read_by_their_names() -> None:
    settings = load(
        EdgeSettings, REQUIRED | {"EDGE_PORT": "9000", "TRACKER_PATH": "/x.js", "LOG_LEVEL": "DEBUG"}
    )
    assert (settings.edge_port, settings.tracker_path, settings.log_level) == (9000, "/x.js", "DEBUG")


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("f" * 40 + "\n")
    environment = {"AMQP_URI": "amqp://localhost", "TICKET_KEY_FILE": str(tmp_path / "key")}
    assert load(EdgeSettings, environment).ticket_key == "f" * 40


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"TICKET_KEY": "short"}, r"TICKET_KEY: Expected `str` of length >= 32"),
        ({"EDGE_PORT": "many"}, r"EDGE_PORT: .*int"),
        ({"EDGE_PORT": "0"}, r"EDGE_PORT: .*>= 1"),
        ({"EDGE_PORT": "65536"}, r"EDGE_PORT: .*<= 65535"),
        ({"BATCH_MS": "0"}, r"BATCH_MS: .*>= 1"),
        ({"LOG_LEVEL": "loud"}, r"LOG_LEVEL: .*loud"),
        ({"TICKET_KEY_FILE": "/nowhere/key"}, r"TICKET_KEY_FILE=/nowhere/key: No such file"),
    ],
)
def test_a_wrong_setting_is_named(changed: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingInvalid, match=sentence):
        load(EdgeSettings, REQUIRED | changed)


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_missing_setting_is_named(missing: str) -> None:
    environment = {name: value for name, value in REQUIRED.items() if name != missing}
    with pytest.raises(SettingInvalid, match=f"{missing} is not set"):
        load(EdgeSettings, environment)


@pytest.mark.parametrize(
    ("public_url", "secure"),
    [("https://data.example", True), ("http://localhost:8080", False), ("http://https.example", False)],
)
def test_cookies_are_secure_where_browsers_come_by_https(public_url: str, secure: bool) -> None:
    assert load(EdgeSettings, REQUIRED | {"PUBLIC_URL": public_url}).secure is secure
