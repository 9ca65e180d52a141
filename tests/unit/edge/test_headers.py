"""What every answer says of itself, whatever it is."""

from pathlib import Path

import pytest

from edge.app import make_app
from edge.headers import ANSWER_POLICY, EVERYWHERE, PAGE_POLICY
from edge.settings import EdgeSettings
from tests.unit.edge.http import browsing

pytestmark = pytest.mark.anyio


def settings(tmp_path: Path, public_url: str = "http://localhost:8080") -> EdgeSettings:
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "t.js").write_text("tracker()")
    return EdgeSettings(
        amqp_uri="amqp://nowhere",
        ticket_key="-" * 32,
        public_url=public_url,
        frontend_dir=str(tmp_path),
        tracker_file=str(tmp_path / "t.js"),
    )


ANSWERS = [
    ("GET", "/health/live", 200, "no-store"),
    ("GET", "/metrics", 200, "no-store"),
    ("GET", "/schema/openapi.json", 200, "no-store"),
    ("GET", "/api/apps", 401, "no-store"),
    ("GET", "/api/nothing", 404, "no-store"),
    ("DELETE", "/api/apps", 405, "no-store"),
    ("POST", "/api/auth/login", 422, "no-store"),
    ("OPTIONS", "/api/hello", 204, "no-store"),
    ("GET", "/t.js", 200, "public, max-age=3600"),
]


@pytest.mark.parametrize(("method", "path", "status", "kept"), ANSWERS)
async def test_an_answer_may_load_nothing_and_is_kept_by_nobody(
    tmp_path: Path, method: str, path: str, status: int, kept: str
) -> None:
    async with browsing(make_app(settings(tmp_path))) as client:
        answer = await client.request(method, path)
    assert answer.status_code == status, answer.text
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert answer.headers["content-security-policy"] == ANSWER_POLICY
    assert answer.headers["cache-control"] == kept
    assert "strict-transport-security" not in answer.headers
    assert len(answer.headers.get_list("content-security-policy")) == 1


async def test_a_page_has_the_policy_of_pages(tmp_path: Path) -> None:
    async with browsing(make_app(settings(tmp_path))) as client:
        for page in ("/", "/apps/1/funnel"):
            answer = await client.get(page)
            assert answer.headers.get_list("content-security-policy") == [PAGE_POLICY]
            assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
            assert answer.headers.get_list("cache-control") == ["no-cache"]


def test_nothing_inline_and_nothing_foreign_is_run() -> None:
    policy = dict(part.strip().split(" ", 1) for part in PAGE_POLICY.split(";"))
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in PAGE_POLICY
    assert "*" not in PAGE_POLICY


async def test_over_https_browsers_come_by_nothing_else(tmp_path: Path) -> None:
    async with browsing(make_app(settings(tmp_path, "https://datalab.example"))) as client:
        for path in ("/", "/api/apps", "/t.js"):
            assert (await client.get(path)).headers["strict-transport-security"] == "max-age=31536000"
