"""What is too good to be true, and people whom friends may have sent."""

import pytest

from tests.results.trusting.histories import SOUND, checked, counted, visitors


@pytest.mark.parametrize(
    ("seen", "converted", "colour"),
    [(7, 7, "grey"), (200, 60, "green"), (200, 80, "green"), (200, 110, "amber")],
)
def test_a_rate_that_strangers_never_reach_is_doubted(seen, converted, colour):
    check = checked(counted(visitors(seen, seen, converted=converted)))["too_good"]

    assert check.colour == colour


@pytest.mark.parametrize(
    ("a", "b", "colour"), [(50, 101, "amber"), (50, 100, "green"), (2, 8, "green")]
)
def test_a_variant_proved_twice_as_good_is_doubted(a, b, colour):
    variants = [visitors(1000, 1000, converted=n) for n in (a, b)]

    assert checked(counted(*variants))["too_good"].colour == colour


def test_the_doubled_rate_is_told_with_its_counts():
    a, b = visitors(1000, 1000, converted=30), visitors(1000, 1000, converted=90)
    check = checked(counted(a, b))["too_good"]

    assert check.reason.startswith(
        "“B” converts 3.0 times as well as “A”: 9.0\u202f% of 1,000 against 3.0\u202f% of 1,000."
    )
    assert "is something broken there" in check.do


def test_a_variant_that_nobody_answers_makes_the_other_doubtful():
    variants = visitors(1000, 1000, converted=0), visitors(1000, 1000, converted=40)

    assert "does not at all" in checked(counted(*variants))["too_good"].reason


@pytest.mark.parametrize(
    ("chats", "others", "colour"), [(20, 20, "grey"), (30, 70, "green"), (31, 69, "amber")]
)
def test_people_sent_by_chats_and_mailboxes_may_be_friends(chats, others, colour):
    sources = {"whatsapp": [visitors(0, chats)], "google": [visitors(0, others)]}

    assert checked(counted(SOUND, sources=sources))["passed_on"].colour == colour


def test_a_newsletter_and_a_source_that_the_rule_names_are_meant():
    newsletter = counted(SOUND, sources={"newsletter": [visitors(0, 900)]})
    slack = counted(SOUND, sources={"slack": [visitors(0, 900)]})

    assert checked(newsletter)["passed_on"].colour == "green"
    assert checked(slack, sources=("slack",))["passed_on"].colour == "green"
