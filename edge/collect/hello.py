"""`POST /api/hello`: a page of an app starts or resumes a session, and gets the ticket to its stream.

No call is needed while keys and config are kept; the address is used for country and rate limit, then dropped.
"""

import secrets
import time
from typing import Annotated, Any

import msgspec
from iptocc import country_code
from litestar import Request, Response, post, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, JSONBody

from edge.collect import origins, visitors
from edge.collect.addresses import reduced, without_query
from edge.collect.channels import channel
from edge.collect.collector import Collector
from edge.collect.configs import CachedConfig
from edge.collect.exclusion import excluded
from edge.collect.packing import corrected, host_of
from edge.collect.spam import is_spam
from edge.collect.tickets import PASS, TICKET, TICKET_SECONDS, Session, TicketInvalid
from edge.collect.user_agents import agent
from edge.metrics import HELLOS
from edge.problems import Problem
from edge.times import milliseconds
from services.contracts.errors import AppTokenInvalid, AppUnknown, TooManyRequests
from services.contracts.frames import Start
from services.contracts.tracking import Hello, Welcome

SILENCE_MS = 30 * 60 * 1000
"""a session ends after this long without an event"""
HEADLESS_SCREENS = ("0x0", "1x1")
"""what no screen measures, but browsers without one say"""

AnyRequest = Request[Any, Any, Any]  # Any: Litestar's user, auth and state


def refused_and_counted(request: AnyRequest, error: Exception) -> Response[Problem]:
    response = origins.respond_readably(request, error)
    HELLOS.labels(response.status_code).inc()
    return response


@route("/api/hello", http_method=[HttpMethod.OPTIONS], include_in_schema=False, sync_to_thread=False)
def preflight(request: AnyRequest) -> Response[None]:
    """The token, and so the app's origins, is not known yet: the answer to the hello itself is what counts."""
    headers = {**origins.PREFLIGHT, **origins.allow(request.headers.get("origin", ""))}
    return Response(None, status_code=204, headers=headers)


@post(
    "/api/hello",
    status_code=200,
    operation_id="hello",
    tags=["tracker"],
    exception_handlers={Exception: refused_and_counted},
    responses={204: ResponseSpec(None, description="the visitor declined tracking: nothing is recorded")},
)
async def hello(
    request: AnyRequest,
    data: JSONBody[Hello],
    collector: NamedDependency[Collector],
    token: Annotated[str | None, HeaderParameter(name="x-datalab-token")] = None,
) -> Response[Welcome | None]:
    """Start or resume a session."""
    if token is None:
        raise AppTokenInvalid("send the app's token in the header x-datalab-token")
    address = request.client.host if request.client else ""
    if wait := collector.hellos.refused_for(address):
        raise TooManyRequests("too many sessions from this address", retry_after=wait)
    claims = await collector.app_tokens.claims(token)
    origin = origins.check(request, claims.origins)
    config = await _config(collector, claims.sub)
    if overloaded := collector.overloaded:
        raise overloaded

    declined = request.headers.get("dnt") == "1" or request.headers.get("sec-gpc") == "1"
    headers = origins.allow(origin)
    if declined and not config.anonymous_when_declined:
        HELLOS.labels(204).inc()
        return Response(None, status_code=204, headers=headers)

    now = int(time.time() * 1000)
    user_agent = request.headers.get("user-agent", "")
    visitor = None
    if declined:
        visitor_id = collector.salt.anonymous(claims.sub, address, user_agent)
    else:
        visitor = visitors.known_or_new(claims.sub, request.cookies.get(visitors.COOKIE), data.visitor)
        visitor_id = visitor.id
        headers["set-cookie"] = visitors.cookie_header(visitor.cookie, collector.secure)

    skew = now - milliseconds(data.sent_at) if data.sent_at is not None else 0
    session = None if declined else _resumed(collector, data, claims.sub, origin, visitor_id, skew, now)
    resumed = session is not None
    hidden = excluded(data.url or "", config.exclude)
    if session is None:
        start = _start(
            data,
            visitor_id,
            visitor is not None and visitor.returning,
            user_agent,
            address,
            claims.origins,
        )
        url, params = (
            reduced(data.url or "", config.keep_query, config.keep_fragment) if data.url else ("", {})
        )
        own_hosts = frozenset(host_of(own) for own in claims.origins)
        start = msgspec.structs.replace(
            start,
            at=corrected(data.session_start, skew, now),
            landing="" if hidden else url,
            params=params,
            channel=channel(start.referrer, params, own_hosts),
            spam=is_spam(start.referrer),
            own=config.own.has(address, visitor_id),
        )
        session = Session(claims.sub, secrets.token_hex(16), origin, skew, start)
    session = msgspec.structs.replace(session, hidden=hidden)
    HELLOS.labels(200).inc()
    return Response(
        Welcome(
            ticket=collector.tickets.issue(TICKET, session),
            expires_in=TICKET_SECONDS,
            session=collector.tickets.issue(PASS, session),
            visitor=visitor.id if visitor is not None else None,
            resumed=resumed,
            config=config.tracker,
        ),
        headers=headers,
    )


async def _config(collector: Collector, app: str) -> CachedConfig:
    try:
        return await collector.configs.of(app)
    except AppUnknown as error:
        # Deleted a moment ago: the end of its tokens is told by another service, and may be on its way still.
        raise AppTokenInvalid("the app was deleted") from error


def _resumed(
    collector: Collector, data: Hello, app: str, origin: str, visitor: str, skew: int, now: int
) -> Session | None:
    """The session of the pass, if it is this visitor's in this app and not silent for too long."""
    if data.session is None:
        return None
    try:
        earlier = collector.tickets.read(PASS, data.session)
    except TicketInvalid:
        return None
    if (earlier.app, earlier.start.visitor) != (app, visitor):
        return None
    if data.last_event is not None and now - (milliseconds(data.last_event) + skew) > SILENCE_MS:
        return None
    return msgspec.structs.replace(earlier, origin=origin, skew=skew)


def _start(
    data: Hello, visitor: str, returning: bool, user_agent: str, address: str, own: tuple[str, ...]
) -> Start:
    facts = agent(user_agent)
    referrer = without_query(data.referrer or "")
    return Start(
        at=0,
        visitor=visitor,
        returning=returning,
        browser=facts.browser if facts.browser not in ("", "Other") else (data.browser or ""),
        os=facts.os if facts.os not in ("", "Other") else (data.OS or ""),
        device=facts.device,
        screen=data.screen or "",
        language=data.language or "",
        timezone=data.timezone or "",
        country=_country(address),
        referrer="" if referrer.partition("/")[0] in {host_of(origin) for origin in own} else referrer,
        bot=facts.bot or data.screen in HEADLESS_SCREENS,
    )


def _country(address: str) -> str:
    try:
        return country_code(address) or ""
    except ValueError:
        return ""
