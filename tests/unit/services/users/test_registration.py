"""How somebody joins."""

from services.users.registration import role_of, same_address, same_domain, standing_of


def test_the_founder_is_admin_at_once() -> None:
    assert (role_of(founder=True), standing_of(founder=True)) == ("admin", "active")


def test_later_ones_are_members_who_wait() -> None:
    assert (role_of(founder=False), standing_of(founder=False)) == ("member", "pending")


def test_case_tells_no_addresses_apart() -> None:
    assert same_address(" Ada@Shop.Example ") == "ada@shop.example"
    assert same_domain("Shop.Example") == "shop.example"
