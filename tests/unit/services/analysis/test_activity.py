"""Who is there now."""

from services.analysis.activity import NOBODY, NOTHING, PRESENT, Activity, Change, Presence
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
