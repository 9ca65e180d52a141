"""What the projector knows of the projection while nothing happens, and what it leaves to others."""

from pathlib import Path
from unittest.mock import Mock

import pytest
from bson import ObjectId

from services.analysis import change_stream, projector, record
from services.analysis.change_stream import Batch
from services.analysis.matching import Matcher
from services.analysis.projection import Applied, Projection, Stage, Standing
from services.analysis.projector import Projector
from services.analysis.reports.overview import overview
from services.contracts.analysis.scope import Period, Scope
from services.contracts.config import AppConfig
from services.hosting.shares import Share


def test_reports_stay_complete_while_nobody_comes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    following = Projector()
    following.projection = Projection(file, "256MB", 1)
    following.projection.create("first")
    following.standing = following.projection.enter("following")
    monkeypatch.setattr(projector, "SAVE_POSITION", -1.0)
    monkeypatch.setattr(
        change_stream, "follow", lambda *_: [Batch([], "later", upto=0, as_of=7, caught_up=True)]
    )
    following._follow(Mock(), following.standing)
    assert (following.standing.position, following.as_of) == ("later", 7)
    assert following.complete
    following.projection.close()


@pytest.mark.parametrize(
    ("stage", "complete"), [("scanning", False), ("overlapping", False), ("following", True)]
)
def test_a_report_says_whether_the_projection_holds_the_whole_record(
    file: Path, stage: Stage, complete: bool
) -> None:
    building = Projector()
    building.projection = Projection(file, "256MB", 1)
    building.projection.create("first")
    building.standing = building.projection.enter(stage)
    building.matcher, building.as_of = Matcher(), 7
    building.going_on, building._open, building._readers = True, True, 0
    period = Period(start=0, end=86_400_000)
    report = building.read(Scope(period=period), AppConfig(app="a" * 24, version=1), overview)
    assert (report.complete, report.as_of) == (complete, 7)
    building.projection.close()


def test_a_process_with_a_share_of_the_apps_takes_their_frames_alone_and_every_removal() -> None:
    apps = [ObjectId() for _ in range(50)]
    documents = {app: {"_id": b"", "app": app} for app in apps}
    taken: list[ObjectId] = []
    for share in range(3):
        projector = Projector()
        projector.share = Share(share=share, shares=3)
        assert projector._wanted({"_id": apps[0], "removal": "app"})
        taken += [app for app, document in documents.items() if projector._wanted(document)]
    assert sorted(taken) == sorted(apps)


def test_a_refused_frame_is_tried_again_by_the_process_alone_that_holds_its_app(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    standing = Standing("following", "somewhere", 0, 1, 1, 1)
    app = ObjectId()
    monkeypatch.setattr(record, "find", lambda *_: iter([{"_id": b"key", "app": app}]))
    monkeypatch.setattr(projector, "get_db", Mock())
    tried = []
    for share in range(3):
        holding = Projector()
        holding.share = Share(share=share, shares=3)
        holding.going_on = holding._open = True
        holding._readers = 0
        holding.standing, holding.as_of, holding.activity = standing, 0, Mock()
        holding.projection = Mock(apply_again=Mock(return_value=Applied(standing)))
        assert holding.project_again(b"key") == ""
        tried.append(holding.projection.apply_again.call_count)
    assert sorted(tried) == [0, 0, 1]
