"""What the operator does to a running stack, as `make` does it: by the machine's own Python, without packages."""

import os
import subprocess
import sys

import httpx
import pytest

from stack.local import Stack
from stack.local.programs import ROOT
from tests.system.people import PASSWORD, Owner, client

pytestmark = pytest.mark.inside


def run(stack: Stack, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-S",
            "-m",
            "stack.local",
            "--run",
            str(stack.run),
            *command,
        ],  # -S: no site-packages
        cwd=ROOT,
        env={**os.environ, "BROKER_PORT": str(stack.ports.broker)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_link_sets_a_new_password(stack: Stack) -> None:
    said = run(stack, "reset-password", Owner(stack.edge_url).email)
    assert said.returncode == 0, said.stderr
    token = said.stdout.rpartition("#")[2].strip()
    body = {"token": token, "new": PASSWORD}
    answer = httpx.post(f"{stack.edge_url}/api/auth/new-password", json=body)
    assert answer.is_success, answer.text


def test_an_email_nobody_has_is_said_in_a_sentence(stack: Stack) -> None:
    said = run(stack, "reset-password", "nobody@example.org")
    assert said.returncode == 1
    assert len(said.stderr.splitlines()) == 1
    assert "nobody has that e-mail" in said.stderr


def test_keys_rotate_and_nobody_is_logged_out(stack: Stack, owner: Owner) -> None:
    said = run(stack, "rotate-keys")
    assert said.returncode == 0, said.stderr
    assert "Nobody is logged out" in said.stdout
    assert client(stack.edge_url).get("/api/users/me", headers=owner.http.headers).status_code == 200
