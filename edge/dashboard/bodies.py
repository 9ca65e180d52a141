"""All that is wrong with a body at once. The decoder stops at its first problem; who fills in a form wants to
see every field that is wrong, so a refused body is looked through again, part by part.
"""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from litestar import Request, Response
from litestar.exceptions import ValidationException

from edge.problems import Problem, respond
from edge.wording import plain
from services.contracts.errors import InvalidInput

Found = tuple[str, str]
"""field and what is wrong with it"""
MOST = 100
"""problems told of one body"""

AnyRequest = Request[Any, Any, Any]  # Any: Litestar's user, auth and state


def problems(value: object, kind: Any, at: str = "") -> Iterator[Found]:
    """Why `value` is not of the type `kind` (Any: types have no type of their own), each part by its path."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        bare = _bare(kind)
        within = list(_within(value, bare, at))
        options = get_args(bare) if get_origin(bare) is Literal else ()
        said = (
            f"must be one of {', '.join(map(str, options))}"
            if options
            else plain(str(error).partition(" - at `$")[0])
        )
        yield from within or [(at, said)]


def _bare(kind: Any) -> Any:
    """The type without its limits, and without the None it may be instead."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        given = [option for option in get_args(kind) if option is not type(None)]
        return _bare(given[0]) if len(given) == 1 else kind
    return kind


def _within(value: object, kind: Any, at: str) -> Iterator[Found]:
    if isinstance(value, list) and get_origin(kind) is list:
        (item,) = get_args(kind)
        for position, each in enumerate(value):
            yield from problems(each, item, f"{at}[{position}]")
    elif isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind, include_extras=True)
        for field in msgspec.structs.fields(kind):
            path = f"{at}.{field.name}".lstrip(".")
            if field.name in value:
                yield from problems(value[field.name], hints[field.name], path)
            elif field.required:
                yield path, "is missing"
        if kind.__struct_config__.forbid_unknown_fields:
            yield from ((f"{at}.{name}".lstrip("."), "is not known") for name in value if name not in hints)


async def keep_body(request: AnyRequest) -> None:
    """Before the request: what `respond_with_all` looks through."""
    request.state.body = await request.body()


def respond_with_all(request: AnyRequest, error: ValidationException) -> Response[Problem]:
    """The refusal of a body of the type that the route names by `body=`."""
    kind, body = request.route_handler.opt.get("body"), getattr(request.state, "body", b"")
    try:
        found = list(problems(msgspec.json.decode(body), kind))[:MOST] if kind is not None else []
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        found = []
    if not found:
        return respond(request, error)
    field, detail = found[0]
    return respond(request, InvalidInput(detail, field=field or None, problems=found))
