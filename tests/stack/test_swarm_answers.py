"""What the front door answers by itself: files, and problems like those of the edge. All have the headers."""

import socket
import ssl
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from edge.headers import ANSWER_POLICY, OVER_TLS, PAGE_POLICY
from tests.stack.conftest import STACK, Operator
from tests.system.people import eventually
from tests.system.test_headers import lacking

REFUSED = {
    "a file that is not there": ("GET", "/assets/nothing.js", {}, 404, "not-found"),
    "what is the operator's": ("GET", "/metrics", {}, 404, "not-found"),
    "its own place for refusals": ("GET", "/proxy-refusal", {}, 404, "not-found"),
    "a method that a file has not": ("POST", "/", {}, 405, "method-not-allowed"),
    "a body that nobody reads": ("POST", "/", {"content": b"x" * 2_000_000}, 413, "too-large"),
    "a long address": ("GET", "/" + "a" * 20_000, {}, 414, "bad-request"),
    "a long header": ("GET", "/", {"headers": {"x-long": "a" * 20_000}}, 400, "bad-request"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_is_a_problem_with_the_headers(operator: Operator, what: str) -> None:
    method, path, more, status, problem = REFUSED[what]
    answer = httpx.request(method, operator.front + path, **more)  # type: ignore[arg-type]
    assert answer.status_code == status
    told(answer, status, problem)


def told(answer: httpx.Response, status: int, problem: str) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["status"], answer.json()["type"]) == (status, f"/problems/{problem}")
    assert lacking(answer, ANSWER_POLICY) == {}
    assert answer.headers["cache-control"] == "no-store"


def test_what_is_not_http_is_refused_with_the_headers_too(operator: Operator) -> None:
    address = urlsplit(operator.front)
    with socket.create_connection((address.hostname, address.port), timeout=10) as raw:
        raw.sendall(b"NONSENSE\r\n\r\n")
        heard = b"".join(iter(lambda: raw.recv(65536), b""))
    head, _, body = heard.partition(b"\r\n\r\n")
    status, *headers = head.decode().split("\r\n")
    fields = [tuple(header.split(": ", 1)) for header in headers]
    assert " 400 " in status
    told(httpx.Response(400, headers=fields, content=body), 400, "bad-request")  # type: ignore[arg-type]


def test_without_an_edge_everybody_is_told_to_come_again(operator: Operator) -> None:
    service = f"{STACK}_api-bff"
    operator.docker("service", "scale", "--detach", f"{service}=0")
    asked = f"{operator.front}/api/apps"
    assert eventually(lambda: httpx.get(asked).status_code == 503, 60)
    answer = httpx.get(asked)
    told(answer, 503, "overloaded")
    assert answer.headers["retry-after"] == "2"
    assert httpx.get(f"{operator.front}/t.js").status_code == 200
    operator.docker("service", "scale", "--detach", f"{service}=1")
    assert eventually(operator.ready, 90), "the edge does not come back"


def test_with_a_certificate_the_front_door_speaks_tls(operator: Operator, tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate", tmp_path / "key"
    made = (
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "1",
    )
    for_localhost = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    subprocess.run(
        ["openssl", *made, *for_localhost, "-out", str(certificate), "-keyout", str(key)],
        check=True,
        capture_output=True,
    )
    for file in (certificate, key):
        operator.docker("secret", "create", f"{STACK}_tls_{file.name}_1", str(file))
    overlays = operator.environment["OVERLAYS"]
    door = f"https://localhost:{operator.tls_port}"
    operator.make("deploy", OVERLAYS=f"{overlays} tls", HTTPS_PORT=str(operator.tls_port), PUBLIC_URL=door)
    with httpx.Client(base_url=door, verify=ssl.create_default_context(cafile=str(certificate))) as https:
        assert eventually(lambda: https.get("/health/ready").status_code == 200, 60)
        for path, policy in (
            ("/health/ready", ANSWER_POLICY),
            ("/metrics", ANSWER_POLICY),
            ("/", PAGE_POLICY),
        ):
            secured = https.get(path)
            assert lacking(secured, policy) == {}
            assert secured.headers["strict-transport-security"] == OVER_TLS["strict-transport-security"]
    plain = httpx.get(f"{operator.front}/apps?of=me")
    assert (plain.status_code, plain.headers["location"]) == (308, "https://localhost/apps?of=me")
    assert lacking(plain, ANSWER_POLICY) == {}
    assert "strict-transport-security" not in plain.headers, "it is for HTTPS alone"
