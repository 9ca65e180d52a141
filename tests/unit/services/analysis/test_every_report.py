"""What holds for every report: whom it leaves out, whom filters choose, and the periods it refuses."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from services.analysis import record
from services.analysis.matching import Matcher
from services.analysis.projection import Projection
from services.analysis.reading import reading
from services.analysis.reports.sessions import session
from services.contracts import filters
from services.contracts.analysis.report import LeftOut, Report
from services.contracts.analysis.scope import Period, Scope
from services.contracts.errors import InvalidInput
from services.contracts.frames import Frame, Start
from tests.bench import crosschecks, histories
from tests.bench.reports import CONFIG, FRESH, REPORTS

SHAPE = histories.Shape(events=3_000, days=10, products=5)
PERIOD = Period(start=histories.BEGIN, end=histories.BEGIN + 11 * histories.DAY)
OTHER_APP = "5f0000000000000000000002"
NOBODY = LeftOut(own=0, bots=0, spam=0)
EVERY = {**REPORTS, "session": lambda on: session(on, "0" * 32)}


def shop() -> Iterator[tuple[Frame, Start]]:
    """Frames of 150 sessions, every seventh of which is in no report, each with the start of its session."""
    starts: dict[str, Start] = {}
    for frame in histories.frames(SHAPE):
        if frame.n == 0:
            (start,) = msgspec.json.decode(frame.events, type=list[Start])
            place = len(starts) % 21
            starts[frame.session] = msgspec.structs.replace(
                start, own=place == 0, bot=place == 1, spam=place == 2
            )
            frame.events = msgspec.Raw(msgspec.json.encode([starts[frame.session]]))
        yield frame, starts[frame.session]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Projection]:
    yield from projection(tmp_path_factory.mktemp("whole"), [frame for frame, _ in shop()])


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Projection]:
    """Whom the filter does not choose, or who is in no report, was a visitor of another app."""
    frames = [
        frame if counts(start) else msgspec.structs.replace(frame, app=OTHER_APP) for frame, start in shop()
    ]
    yield from projection(tmp_path_factory.mktemp("chosen"), frames)


def counts(start: Start) -> bool:
    return start.browser == "Chrome" and not (start.own or start.bot or start.spam)


def projection(folder: Path, frames: list[Frame]) -> Iterator[Projection]:
    projection = Projection(folder / "analysis.duckdb", "256MB", 1)
    projection.create("nowhere")
    projection.enter("following")
    projection.apply([record.document(frame) for frame in frames], "somewhere")
    yield projection
    projection.close()


def ask(projection: Projection, name: str, *texts: str, period: Period = PERIOD) -> Report:
    scope = Scope(period=period, filters=[filters.parse(text, "f") for text in texts])
    with projection.cursor() as cursor, reading(cursor, Matcher(), scope, CONFIG, FRESH) as on:
        return EVERY[name](on)


@pytest.mark.parametrize("name", REPORTS)
def test_a_filtered_report_is_that_of_the_chosen_sessions_alone(
    whole: Projection, chosen: Projection, name: str
) -> None:
    filtered, alone = ask(whole, name, "browser:Chrome"), ask(chosen, name)
    assert (filtered.excluded, alone.excluded) == (LeftOut(own=8, bots=8, spam=8), NOBODY)
    assert filtered == msgspec.structs.replace(alone, excluded=filtered.excluded)
    assert filtered != ask(whole, name)


def test_the_numbers_of_all_reports_add_up_as_on_the_benchs_large_data(whole: Projection) -> None:
    with whole.cursor() as cursor, reading(cursor, Matcher(), Scope(period=PERIOD), CONFIG, FRESH) as on:
        crosschecks.check(on)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(
    ("refused", "field"),
    [
        (msgspec.structs.replace(PERIOD, tz="Europe/Nowhere"), "period.tz"),
        (msgspec.structs.replace(PERIOD, end=PERIOD.start), "period.end"),
    ],
)
def test_what_is_no_period_is_refused_by_name(
    whole: Projection, name: str, refused: Period, field: str
) -> None:
    with pytest.raises(InvalidInput) as error:
        ask(whole, name, period=refused)
    assert error.value.field == field


@pytest.mark.parametrize("name", EVERY)
def test_a_filter_that_means_nothing_is_refused_by_name(whole: Projection, name: str) -> None:
    with pytest.raises(InvalidInput) as error:
        ask(whole, name, "browser:Chrome", "segment:Nobody")
    assert error.value.field == "filters[1]"
