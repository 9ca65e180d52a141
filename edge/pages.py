"""The files the edge serves where no web server stands before it: the dashboard's build and the tracker."""

import gzip
import mimetypes
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from edge.headers import OF_PAGES
from edge.settings import EdgeSettings

PAGE_HEADERS = {**OF_PAGES, "cache-control": "no-cache"}
COMPRESSIBLE = {".js", ".css", ".html", ".svg", ".json", ".map"}


AnyRequest = Request[Any, Any, Any]  # Any: Litestar's user, auth and state


class File(msgspec.Struct, frozen=True):
    content: bytes
    gzipped: bytes | None
    type: str
    etag: str


@lru_cache(256)
def read(path: Path, modified: float) -> File:  # noqa: ARG001  a changed file is another key of the cache
    content = path.read_bytes()
    return File(
        content,
        gzip.compress(content, 9) if path.suffix in COMPRESSIBLE else None,
        mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        f'"{blake2b(content, digest_size=12).hexdigest()}"',
    )


def known(request: AnyRequest, etag: str) -> bool:
    """The browser has it. A proxy that compresses makes the tag a weak one."""
    tags = request.headers.get("if-none-match", "").split(",")
    return any(tag.strip().removeprefix("W/") in (etag, "*") for tag in tags)


def inside(root: Path, path: str) -> Path | None:
    """The file of that address, or None where there is none inside `root`."""
    try:
        file = (root / path.lstrip("/")).resolve()
        return file if file.is_relative_to(root) and file.is_file() else None
    except (ValueError, OSError):  # no name of a file: a NUL in it, or too long
        return None


def answer(request: AnyRequest, path: Path, headers: dict[str, str]) -> Response[bytes]:
    file = read(path, path.stat().st_mtime)
    headers = {**headers, "etag": file.etag, "vary": "accept-encoding"}
    if known(request, file.etag):
        return Response(b"", status_code=304, headers=headers)
    content = file.content
    if file.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        content = file.gzipped
        headers["content-encoding"] = "gzip"
    return Response(content, headers=headers, media_type=file.type)


def handlers(settings: EdgeSettings) -> list[ControllerRouterHandler]:
    """The routes for those of the two that are configured."""
    found: list[ControllerRouterHandler] = []
    if settings.tracker_file:
        tracker = Path(settings.tracker_file)

        @get(settings.tracker_path, include_in_schema=False, sync_to_thread=False)
        def tracker_script(request: AnyRequest) -> Response[bytes]:
            if not tracker.is_file():
                raise NotFoundException("the tracker is not built")
            # A page pins no version, so a new tracker must reach it within the hour.
            headers = {"cache-control": "public, max-age=3600", "access-control-allow-origin": "*"}
            return answer(request, tracker, {**headers, "cross-origin-resource-policy": "cross-origin"})

        found.append(tracker_script)
    if settings.frontend_dir:
        root = Path(settings.frontend_dir).resolve()

        @get(["/", "/{path:path}"], include_in_schema=False, sync_to_thread=False)
        def dashboard(request: AnyRequest, path: FromPath[str] = "") -> Response[bytes]:
            if path.startswith(("/api/", "/health/", "/schema/")) or ".." in path.split("/"):
                raise NotFoundException()
            file = inside(root, path)
            if path.startswith("/assets/"):
                if file is None:
                    raise NotFoundException()
                return answer(
                    request, file, {**PAGE_HEADERS, "cache-control": "public, max-age=31536000, immutable"}
                )
            # Any other path is one of the dashboard's own routes.
            page = file or inside(root, "index.html")
            if page is None:
                raise NotFoundException("the dashboard is not built")
            return answer(request, page, PAGE_HEADERS)

        found.append(dashboard)
    return found
