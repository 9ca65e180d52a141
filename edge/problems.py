"""Every error as an RFC 9457 problem document with a stable `type`; never a stack trace."""

import logging
import re
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from edge.wording import plain
from services.contracts.errors import InvalidInput, Refused

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
NAMED = re.compile(r"Object (?:missing required|contains unknown) field `([^`]*)`")
"""msgspec's words where the path ends at the object around the field"""
MISSING = re.compile(r"Missing required \w+ parameter '([^']*)'")
"""Litestar's words, which stand in the detail alone"""


class FieldProblem(msgspec.Struct):
    field: str
    """path of the offending input, e.g. `stages[1].value`"""
    detail: str


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """RFC 9457."""

    type: str
    """`/problems/<name>`, stable"""
    title: str
    status: int
    detail: str = ""
    errors: list[FieldProblem] = []


def problem_of(error: Exception) -> Problem:
    """The problem document that says what `error` is, and what to do, to somebody outside."""
    if isinstance(error, Refused):
        slug = error.slug()
        errors = [FieldProblem(field, detail) for field, detail in error.problems]
        return Problem(
            type=f"/problems/{slug}",
            title=slug.replace("-", " ").capitalize(),
            status=error.status,
            detail=error.detail,
            errors=errors,
        )
    if isinstance(error, ValidationException):
        errors = [
            FieldProblem(_field(item), plain(str(item.get("message", ""))))
            for item in (error.extra if isinstance(error.extra, list) else [])
            if isinstance(item, dict)
        ]
        if missing := MISSING.match(error.detail):
            errors.append(FieldProblem(missing[1], "give one"))
        detail = "; ".join(f"{item.field}: {item.detail}" if item.field else item.detail for item in errors)
        return Problem(
            type="/problems/invalid-input",
            title="Invalid input",
            status=InvalidInput.status,
            detail=detail or error.detail,
            errors=errors,
        )
    if isinstance(error, RecursionError):
        return Problem(type="/problems/bad-request", title="The body is nested too deeply", status=400)
    if isinstance(error, HTTPException) and error.status_code < 500:
        title = error.detail.partition("\n")[0] if error.status_code != 404 else "Not found"
        slugs = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "unsupported-media-type"}
        name = slugs.get(error.status_code, "bad-request")
        return Problem(type=f"/problems/{name}", title=title, status=error.status_code)
    return Problem(type="/problems/internal-error", title="Internal error", status=500)


def _field(item: dict[str, Any]) -> str:  # Any: Litestar's `extra`
    """The path of what is wrong, down to the field that is missing or unknown."""
    path = str(item.get("key", ""))
    if path == "data" and item.get("source") == "body":
        path = ""
    if named := NAMED.match(str(item.get("message", ""))):
        path = f"{path}.{named[1]}".lstrip(".")
    return path


def respond(
    request: Request[Any, Any, Any], error: Exception
) -> Response[Problem]:  # Any: Litestar's user, auth, state
    problem = problem_of(error)
    if problem.status == 500:
        log.exception("%s %s failed", request.method, request.url.path, exc_info=error)
    retry_after = getattr(error, "retry_after", None)
    headers = {"retry-after": str(retry_after)} if retry_after else {}
    return Response(problem, status_code=problem.status, headers=headers, media_type=PROBLEM_JSON)
