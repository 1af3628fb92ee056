"""Addresses: whether people confirm them, alike in all variants, and whether they keep them."""

import pytest

from tests.results.trusting.histories import SOUND, checked, counted, visitors
from wbtest.audience.segments_counts import Newest
from wbtest.results.trusting.around import Around
from wbtest.results.trusting.confirming import check_addresses


@pytest.mark.parametrize(
    ("confirmed", "of", "colour", "value"),
    [
        (0, 0, "grey", "–"),
        (1, 9, "grey", "1 of 9"),
        (50, 100, "green", "50\u202f%"),
        (49, 100, "amber", "49\u202f%"),
    ],
)
def test_few_confirmed_addresses_want_a_look(confirmed, of, colour, value):
    check = checked(counted(visitors(1000, 900, signups=of, confirmed=confirmed)))["confirmed"]

    assert (check.colour, check.value) == (colour, value)


def test_where_nobody_is_asked_nobody_fails_to_confirm():
    history = counted(visitors(1000, 900, signups=100), visitors(1000, 900, signups=100))
    checks = checked(history, Around(names=("A", "B"), confirms=False))

    assert (checks["confirmed"].colour, checks["confirmed"].value) == ("green", "not asked")
    assert checks["confirmed_alike"].colour == "green"


@pytest.mark.parametrize(
    ("unasked", "conversion", "colour", "value", "words"),
    [
        (100, "signup", "green", "not asked", "so nobody was asked to confirm."),
        (1, "signup", "green", "1 not asked", "newest 100 sign-ups 1 was not asked to confirm:"),
        (2, "signup", "green", "2 not asked", "newest 100 sign-ups 2 were not asked to confirm:"),
        (2, "confirmed", "amber", "2 not asked", "so the rate is too low."),
    ],
)
def test_who_was_not_asked_for_want_of_a_mail_server_did_not_fail_to_confirm(
    unasked, conversion, colour, value, words
):
    history = counted(visitors(1000, 900, signups=100, confirmed=10))
    newest = Newest(count=100, confirmed=10, unasked=unasked)

    check = checked(history, Around(names=("A",), newest=newest), conversion=conversion)[
        "confirmed"
    ]

    assert (check.colour, check.value) == (colour, value)
    assert words in check.reason


@pytest.mark.parametrize(
    ("a", "b", "colour"),
    [
        ((9, 5), (80, 60), "grey"),
        ((80, 60), (80, 52), "green"),
        ((80, 70), (80, 20), "amber"),
        ((400, 390), (400, 340), "amber"),
    ],
)
def test_variants_whose_people_confirm_otherwise_want_a_look(a, b, colour):
    variants = [visitors(1000, 900, signups=of, confirmed=n) for of, n in (a, b)]

    assert checked(counted(*variants))["confirmed_alike"].colour == colour


@pytest.mark.parametrize(
    ("newest", "colour"),
    [
        (Newest(9, 9, disposable=9), "grey"),
        (Newest(100, 60, disposable=10, automated=12), "green"),
        (Newest(100, 60, disposable=11), "amber"),
        (Newest(100, 60, automated=13), "amber"),
    ],
)
def test_throw_away_addresses_and_confirmations_by_machines_want_a_look(newest, colour):
    assert check_addresses(Around(newest=newest)).colour == colour


def test_both_kinds_are_told_with_their_counts():
    reason = check_addresses(Around(newest=Newest(100, 60, disposable=40, automated=30))).reason

    assert reason.startswith(
        "Of the newest 100 addresses 40 are of services that give them away for an hour and "
        "30 of 60 confirmations came so fast"
    )


def test_one_variant_confirms_like_itself():
    assert checked(counted(SOUND))["confirmed_alike"].colour == "green"
