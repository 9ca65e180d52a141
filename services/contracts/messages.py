"""How a call and an event travel: Nameko's own wire format, described as types.

    call    exchange `nameko-rpc` (topic), key `service.method`    {"args": [], "kwargs": {…the Call's fields…}}
    reply   exchange `nameko-rpc`, key = the request's reply_to    {"result": R | null, "error": RemoteError | null}
    event   exchange `{source}.events` (topic), key = type         {…the Event's fields…}

A `Call[R]` names its answer's type, so `bus.call(CreateApp(…))` is an `App` to the type checker and to the decoder. Any
Nameko client can speak it too: the fields of the Call are the keyword arguments of the method.
"""

from typing import Any, ClassVar, Generic, TypeVar, get_args

import msgspec

R = TypeVar("R")


class Call(msgspec.Struct, Generic[R], kw_only=True, forbid_unknown_fields=True):
    """A request to a service, answered with an `R` or one of `services.contracts.errors`."""

    address: ClassVar[str]
    """`service.method`"""

    @classmethod
    def service(cls) -> str:
        return cls.address.partition(".")[0]

    @classmethod
    def method(cls) -> str:
        return cls.address.partition(".")[2]

    def headers(self) -> dict[str, str]:
        """What the broker routes by, beside the address."""
        return {}

    @classmethod
    def returns(cls) -> Any:
        """The `R` of the subclass `class X(Call[R])`."""
        for generic in getattr(cls, "__orig_bases__", ()):
            if arguments := get_args(generic):
                return arguments[0]
        raise TypeError(f"{cls.__name__} must derive from Call[…], naming its answer")


class Event(msgspec.Struct, kw_only=True):
    """A fact told by the service that owns it. Unknown fields are ignored: a listener may be older than the teller."""

    address: ClassVar[str]
    """`source/type`"""

    @classmethod
    def source(cls) -> str:
        return cls.address.partition("/")[0]

    @classmethod
    def type(cls) -> str:
        return cls.address.partition("/")[2]


class RemoteError(msgspec.Struct):
    """An exception as Nameko serialises it."""

    exc_type: str
    value: str = ""
    exc_path: str = ""
    exc_args: list[Any] = []  # Any: an exception's arguments are whatever it was raised with


class Reply(msgspec.Struct, Generic[R]):
    """What comes back for a call: `result` holds when `error` is None."""

    result: R | None = None
    error: RemoteError | None = None


class Done(msgspec.Struct):
    """The answer of a call that has nothing to say but that it was done."""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: the facts of a verified access token."""

    user: str
    organisation: str
    role: str = "member"
    """`admin` or `member` of the organisation"""
    session: str = ""
    """the log-in session they ask in"""
