"""The files the edge serves: the dashboard's build and the tracker."""

import gzip
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from edge.app import make_app
from edge.settings import EdgeSettings
from tests.unit.edge.http import browsing

pytestmark = pytest.mark.anyio

INDEX = "<!doctype html>" + "datalab " * 500
SCRIPT = "export default 'dashboard'\n" * 100
TRACKER = "tracker()\n" * 200


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text(INDEX)
    (dist / "favicon.svg").write_text("<svg/>")
    (dist / "assets" / "index-a1b2.js").write_text(SCRIPT)
    (dist / "assets" / "logo.png").write_bytes(b"\x89PNG")
    (dist / "outside.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "t.js").write_text(TRACKER)
    return tmp_path


def settings(built: Path, **more: str) -> EdgeSettings:
    files = {"frontend_dir": str(built / "dist"), "tracker_file": str(built / "t.js")} | more
    return EdgeSettings(amqp_uri="amqp://nowhere", ticket_key="-" * 32, **files)  # type: ignore[arg-type]


@pytest.fixture
async def client(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(make_app(settings(built))) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/index.html", "/apps/65f0/funnel", "/log-in", "/apps/a.b"])
async def test_the_dashboards_own_routes_are_its_page(client: httpx.AsyncClient, path: str) -> None:
    page = await client.get(path)
    assert (page.status_code, page.text) == (200, INDEX)
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"


async def test_the_page_may_load_nothing_foreign_and_be_framed_by_nobody(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/")).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy.get("script-src", "'self'") == policy["style-src"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        "/%2e%2e/secret.txt",
        "/..%2findex.html",
        "/assets/%2e%2e/index.html",
        "/assets/%2e%2e/%2e%2e/secret.txt",
    ],
)
async def test_a_way_up_is_refused(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_assets_are_kept_for_ever(client: httpx.AsyncClient) -> None:
    script = await client.get("/assets/index-a1b2.js")
    assert (script.status_code, script.text) == (200, SCRIPT)
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await client.get("/favicon.svg")).headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/index-old.js",
        "/assets/%00.js",
        f"/assets/{'a' * 300}.js",
        "/api/nothing",
        "/health/nothing",
    ],
)
async def test_what_is_not_there_is_a_problem_and_not_the_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.json() == {"type": "/problems/not-found", "title": "Not found", "status": 404}


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "//etc/hostname",
        "/outside.txt",
        "/%00",
        "/" + "a" * 300,
    ],
)
async def test_nothing_outside_of_the_build_is_served(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"http://localhost{path}")
    assert answer.status_code in (200, 404)
    assert "secret" not in answer.text
    assert answer.text in (INDEX, "") or answer.status_code == 404


@pytest.mark.parametrize(
    ("path", "content"), [("/", INDEX), ("/assets/index-a1b2.js", SCRIPT), ("/t.js", TRACKER)]
)
async def test_text_is_compressed_once_for_whom_it_may_be(
    client: httpx.AsyncClient, path: str, content: str
) -> None:
    async with client.stream("GET", path, headers={"accept-encoding": "br, gzip"}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw).decode() == content
    assert answer.headers["vary"].lower() == "accept-encoding"
    plain = await client.get(path, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == content


async def test_the_tracker_under_another_name_is_compressed_once_too(built: Path) -> None:
    async with browsing(make_app(settings(built, tracker_path="/x/shop.js"))) as client:
        answer = await client.get("/x/shop.js", headers={"accept-encoding": "gzip"})
        assert answer.text == TRACKER
        assert (await client.get("/t.js")).text == INDEX


async def test_images_are_not_compressed(client: httpx.AsyncClient) -> None:
    image = await client.get("/assets/logo.png", headers={"accept-encoding": "gzip"})
    assert (image.content, image.headers.get("content-encoding")) == (b"\x89PNG", None)


@pytest.mark.parametrize("path", ["/", "/assets/index-a1b2.js", "/t.js"])
async def test_what_a_browser_has_is_not_sent_again(client: httpx.AsyncClient, path: str) -> None:
    tag = (await client.get(path)).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await client.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await client.get(path, headers={"if-none-match": '"other"'})).status_code == 200


async def test_a_new_build_is_served_at_once(client: httpx.AsyncClient, built: Path) -> None:
    before = await client.get("/")
    (built / "dist" / "index.html").write_text("new")
    os.utime(built / "dist" / "index.html", (1, 1))
    after = await client.get("/")
    assert after.text == "new"
    assert after.headers["etag"] != before.headers["etag"]


async def test_the_tracker_may_be_used_by_every_site_for_an_hour(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/t.js")).headers
    assert headers["content-type"].startswith("text/javascript")
    assert headers["cache-control"] == "public, max-age=3600"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"


async def test_what_is_not_built_says_so(built: Path) -> None:
    (built / "t.js").unlink()
    (built / "dist" / "index.html").unlink()
    async with browsing(make_app(settings(built))) as client:
        assert (await client.get("/t.js")).status_code == 404
        assert (await client.get("/")).status_code == 404


async def test_an_edge_without_files_serves_none(built: Path) -> None:
    bare = EdgeSettings(amqp_uri="amqp://nowhere", ticket_key="-" * 32)
    async with browsing(make_app(bare)) as client:
        assert [(await client.get(path)).status_code for path in ("/", "/t.js", "/assets/a.js")] == [404] * 3
