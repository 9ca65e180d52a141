"""What the projector knows of the projection while nothing happens."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from services.analysis import change_stream, projector
from services.analysis.change_stream import Batch
from services.analysis.projection import Projection
from services.analysis.projector import Projector


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
