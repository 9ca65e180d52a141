import os
import shutil

import pytest

from stack.local import packages
from stack.local.errors import PackageMissing

Asked = list[list[str]]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What apt was asked to install."""
    asked: Asked = []
    monkeypatch.setattr(
        packages, "call", lambda command, *_, **__: asked.append([str(part) for part in command])
    )
    return asked


def lacking(monkeypatch: pytest.MonkeyPatch, *names: str, until: Asked | None = None) -> None:
    """They are missing, for good or until something has been installed."""
    monkeypatch.setattr(packages, "FOR_THE_STACK", {name: lambda: bool(until) for name in names})


def test_nothing_is_asked_when_everything_is_there(monkeypatch: pytest.MonkeyPatch, installed: Asked) -> None:
    monkeypatch.setattr(packages, "FOR_THE_STACK", {"rabbitmq-server": lambda: True})
    packages.install_missing(tests=False)
    assert installed == []


def test_root_installs_what_is_missing(monkeypatch: pytest.MonkeyPatch, installed: Asked) -> None:
    lacking(monkeypatch, "rabbitmq-server", "libcurl4", until=installed)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    packages.install_missing(tests=False)
    assert installed == [["/bin/sh", str(packages.INSTALL), "rabbitmq-server", "libcurl4"]]


def test_a_package_whose_files_are_gone_is_named(monkeypatch: pytest.MonkeyPatch, installed: Asked) -> None:
    lacking(monkeypatch, "rabbitmq-server")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(PackageMissing, match="apt-get install --reinstall rabbitmq-server"):
        packages.install_missing(tests=False)
    assert installed, "apt-get is tried first"


def test_who_may_not_install_is_told_what_is_missing_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, installed: Asked
) -> None:
    lacking(monkeypatch, "rabbitmq-server")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name, **_: None if name == "sudo" else f"/usr/bin/{name}")
    with pytest.raises(PackageMissing) as told:
        packages.install_missing(tests=False)
    assert str(told.value) == (
        "rabbitmq-server must be installed, and you are neither root nor have sudo;"
        " as root: apt-get install rabbitmq-server"
    )
    assert installed == []


def test_a_machine_without_apt_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking(monkeypatch, "rabbitmq-server")
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(PackageMissing, match="this machine has no apt-get"):
        packages.install_missing(tests=False)
