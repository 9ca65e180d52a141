"""Who is there now."""

import pytest

from services.analysis.activity import NOBODY, NOTHING, PRESENT, WHOLE, Activity, Change, Presence
from services.analysis.projection import Counts, Sign

NOW = 1_700_000_000_000
APP = "a" * 24


def noted(*signs: Sign, counts: dict[str, Counts] | None = None) -> Activity:
    activity = Activity()
    activity.note(list(signs), counts or {}, NOW)
    return activity


def test_a_visitor_is_there_for_five_minutes() -> None:
    activity = noted(Sign(APP, 1, NOW))
    assert activity.presence(APP, NOW + PRESENT - 1).visitors == 1
    assert activity.presence(APP, NOW + PRESENT) == NOBODY


def test_a_visitor_in_two_sessions_is_one() -> None:
    assert noted(Sign(APP, 1, NOW), Sign(APP, 1, NOW - 1), Sign(APP, 2, NOW)).presence(APP, NOW).visitors == 2


def test_visitors_are_on_the_page_they_entered_last() -> None:
    activity = noted(
        Sign(APP, 1, NOW - 9, 7), Sign(APP, 2, NOW - 9, 8), Sign(APP, 3, NOW - 9, 8), Sign(APP, 1, NOW)
    )
    assert activity.presence(APP, NOW).pages == ((8, 2), (7, 1))
    activity.note([Sign(APP, 2, NOW, 7), Sign(APP, 3, NOW - 60_000, 9)], {}, NOW)
    assert activity.presence(APP, NOW).pages == ((7, 2), (8, 1))


def test_old_signs_are_nobody_and_future_ones_are_now() -> None:
    activity = noted(Sign(APP, 1, NOW - PRESENT), Sign(APP, 2, NOW + 10 * PRESENT))
    assert activity.presence(APP, NOW).visitors == 1
    assert activity.presence(APP, NOW + PRESENT) == NOBODY


def test_a_change_is_told_once() -> None:
    activity = noted(Sign(APP, 1, NOW, 7), counts={APP: Counts(3, 2, 1)})
    change = Change(APP, Presence(1, ((7, 1),)), Counts(3, 2, 1))
    assert activity.changes(NOW) == [change]
    activity.told(change)
    assert activity.changes(NOW) == []


def test_what_came_while_it_was_told_is_told_next() -> None:
    activity = noted(counts={APP: Counts(3, 2, 1)})
    (change,) = activity.changes(NOW)
    activity.note([], {APP: Counts(1, 0, 1)}, NOW)
    activity.told(change)
    assert [change.counts for change in activity.changes(NOW)] == [Counts(1, 0, 1)]


def test_leaving_is_told_though_nothing_comes_and_the_app_is_forgotten() -> None:
    activity = noted(Sign(APP, 1, NOW))
    activity.told(activity.changes(NOW)[0])
    (change,) = activity.changes(NOW + PRESENT)
    assert change == Change(APP, NOBODY, NOTHING)
    activity.told(change)
    assert activity.changes(NOW + PRESENT) == []
    assert (activity._visitors, activity._counts, activity._told) == ({}, {}, {})


def test_between_two_looks_at_every_app_only_those_are_told_of_which_something_came() -> None:
    other, activity = "b" * 24, noted(Sign(APP, 1, NOW))
    activity.note([Sign("b" * 24, 1, NOW - PRESENT + 1)], {}, NOW)
    for change in activity.changes(NOW):
        activity.told(change)
    activity.note([Sign(APP, 2, NOW + 5, 7)], {}, NOW + 5)
    assert [(change.app, change.presence.visitors) for change in activity.changes(NOW + WHOLE - 1)] == [
        (APP, 2)
    ]
    found = {change.app: change.presence.visitors for change in activity.changes(NOW + WHOLE)}
    assert found == {APP: 2, other: 0}


def test_a_crowd_is_counted_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analysis.activity.CROWD", 1)
    activity = noted(Sign(APP, 1, NOW), Sign(APP, 2, NOW))
    assert len(activity.changes(NOW)) == 1
    activity.note([], {APP: Counts(1, 0, 0)}, NOW + 1)
    assert activity.changes(NOW + 1) == []
    assert [change.counts.events for change in activity.changes(NOW + WHOLE)] == [1]
