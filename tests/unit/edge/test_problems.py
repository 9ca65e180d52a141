"""Every error as a problem document."""

from typing import Annotated

import httpx
import msgspec
import pytest
from litestar import Litestar, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath, FromQuery, JSONBody

from edge.problems import problem_of, respond
from services.contracts import errors
from services.contracts.config import Funnel
from tests.unit.edge.http import browsing

pytestmark = pytest.mark.anyio

RAISED: dict[str, Exception] = {
    "taken": errors.EmailTaken("log in instead", field="email"),
    "later": errors.TooManyRequests("too many", retry_after=7),
    "bare": errors.CallTimedOut(),
    "bug": ZeroDivisionError("secret detail"),
    "teapot": HTTPException("short\nand a trace", status_code=418),
    "broken": HTTPException("secret detail", status_code=500),
}


@get("/raise/{name:str}")
async def raising(name: FromPath[str]) -> None:
    raise RAISED[name]


class Body(msgspec.Struct):
    funnel: Funnel
    age: Annotated[int, msgspec.Meta(ge=1)] = 1


@post("/body")
async def body(data: JSONBody[Body]) -> None:
    return None


@get("/query")
async def query(number: FromQuery[int]) -> None:
    return None


APP = Litestar([raising, body, query], exception_handlers={Exception: respond}, request_max_body_size=100_000)


async def asked(method: str, path: str, **more: str | bytes | dict[str, str]) -> httpx.Response:
    async with browsing(APP) as client:
        answer = await client.request(method, path, **more)  # type: ignore[arg-type]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return answer


async def test_a_refusal_tells_its_type_reason_and_field() -> None:
    answer = await asked("GET", "/raise/taken")
    assert answer.json() == {
        "type": "/problems/email-taken",
        "title": "Email taken",
        "status": 409,
        "detail": "log in instead",
        "errors": [{"field": "email", "detail": "log in instead"}],
    }
    assert "retry-after" not in answer.headers


async def test_a_refusal_tells_when_to_come_back() -> None:
    answer = await asked("GET", "/raise/later")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


async def test_what_is_empty_is_left_out() -> None:
    document = (await asked("GET", "/raise/bare")).json()
    assert document == {"type": "/problems/call-timed-out", "title": "Call timed out", "status": 504}


@pytest.mark.parametrize(
    ("family", "status"),
    [
        (errors.InvalidInput, 422),
        (errors.Unauthenticated, 401),
        (errors.Forbidden, 403),
        (errors.NotFound, 404),
        (errors.Conflict, 409),
        (errors.TooManyRequests, 429),
    ],
)
def test_each_family_of_refusals_has_its_status(family: type[errors.Refused], status: int) -> None:
    of_family = [error for error in errors.BY_NAME.values() if issubclass(error, family)]
    assert {problem_of(error("why")).status for error in of_family} == {status}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.ServiceUnknown, 502),
        (errors.ServiceFailed, 502),
        (errors.BrokerDown, 503),
        (errors.Overloaded, 503),
        (errors.CallTimedOut, 504),
    ],
)
def test_who_could_not_be_reached_tells_which_way(error: type[errors.Refused], status: int) -> None:
    assert problem_of(error("why")).status == status


@pytest.mark.parametrize("name", ["bug", "broken"])
async def test_the_unexpected_tells_nothing_outside_and_all_inside(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await asked("GET", f"/raise/{name}")
    assert answer.json() == {"type": "/problems/internal-error", "title": "Internal error", "status": 500}
    assert "Traceback" in caplog.text
    assert f"GET /raise/{name} failed" in caplog.text
    assert "secret detail" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nothing", 404, "/problems/not-found"),
        ("DELETE", "/query", 405, "/problems/method-not-allowed"),
        ("GET", "/raise/teapot", 418, "/problems/bad-request"),
    ],
)
async def test_what_the_web_refuses_is_a_problem_too(method: str, path: str, status: int, kind: str) -> None:
    answer = await asked(method, path)
    assert (answer.status_code, answer.json()["type"]) == (status, kind)
    assert "trace" not in answer.text


@pytest.mark.parametrize(
    ("text", "field", "detail"),
    [
        ('{"funnel": {"stages": [{"name": "a", "trigger": "tap"}]}}', "funnel.stages[0].trigger", "tap"),
        ('{"funnel": {}, "age": "many"}', "age", "a whole number"),
        ('{"funnel": {}, "age": 0}', "age", "1 or more"),
        ('{"age": 2}', "funnel", "missing"),
        ('{"funnel": {"steps": []}}', "funnel.steps", "unknown"),
    ],
)
async def test_a_malformed_body_names_the_field(text: str, field: str, detail: str) -> None:
    answer = await asked("POST", "/body", content=text, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    document = answer.json()
    assert document["type"] == "/problems/invalid-input"
    assert [error["field"] for error in document["errors"]] == [field]
    assert detail in document["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("query", "detail"), [("number=many", "a whole number"), ("", "give one"), ("other=1", "give one")]
)
async def test_a_malformed_query_names_the_parameter(query: str, detail: str) -> None:
    answer = await asked("GET", f"/query?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["number"]
    assert detail in answer.json()["errors"][0]["detail"]
    assert answer.json()["detail"].startswith("number: ")


@pytest.mark.parametrize("text", ["", "{", "nonsense", "[" * 50_000])
async def test_what_is_no_json_is_the_senders_mistake(text: str) -> None:
    answer = await asked("POST", "/body", content=text, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert "Traceback" not in answer.text


async def test_deep_nesting_of_what_is_ignored_is_the_senders_mistake() -> None:
    text = '{"funnel": {}, "more": ' + "[" * 40_000 + "]" * 40_000 + "}"
    answer = await asked("POST", "/body", content=text, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)


async def test_a_body_too_large_is_refused() -> None:
    answer = await asked(
        "POST", "/body", content=b" " * 100_001, headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")
