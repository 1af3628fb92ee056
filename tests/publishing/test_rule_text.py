"""The rule as people read it."""

from datetime import timedelta

from msgspec.structs import replace

from tests.factories import make_rule
from tests.publishing.test_crowds import MEETUP
from wbtest.publishing import rule_text
from wbtest.publishing.rule import Hypothesis, NetworkLimits

RULE = make_rule()


def test_the_claim_is_one_sentence():
    given = make_rule(who="parents who cook.", does="leave an address. ")

    assert rule_text.claim(given) == "At least 8% of parents who cook will leave an address."


def test_the_rate_hoped_for_is_said_as_it_was_typed():
    assert rule_text.hope(make_rule(hoped_for=0.1225)) == "The rate hoped for is 12.25%."
    assert rule_text.hope(RULE) == ""


def test_every_outcome_says_when_and_what_then():
    outcomes = rule_text.outcomes(RULE)

    assert [outcome.kind for outcome in outcomes] == ["go", "iterate", "neutral"]
    assert outcomes[0].then == RULE.if_met
    assert [outcome.then for outcome in outcomes].count(RULE.if_not_met) == 1
    assert "8%" in outcomes[0].when
    assert "3%" in outcomes[1].when
    assert "2,400 visitors" in outcomes[2].when


def test_an_announced_crowd_is_read_back_in_the_time_of_the_test():
    late = replace(
        MEETUP, name="Fair", until_at=MEETUP.from_at + timedelta(hours=30), networks=2, people=1
    )

    assert rule_text.crowd_lines(make_rule(crowds=(MEETUP, late)), "Europe/Berlin") == (
        "Meetup: up to 150 people from one network, 12 March 2027, 19:00 to 13 March 2027, 00:00",
        "Fair: up to 1 person from 2 networks, 12 March 2027, 19:00 to 14 March 2027, 01:00",
    )


def test_a_rule_says_that_its_visitors_know_the_team_where_they_do():
    said = "The visitors know the team."

    assert rule_text.conditions(make_rule(knows_team=True)).startswith(f"{said} A result needs")
    assert f"\n{said} A result needs" in letter_of(make_rule(knows_team=True))
    assert said not in letter_of(RULE)


def letter_of(rule: Hypothesis) -> str:
    return rule_text.seal_letter(
        rule,
        page_url="https://try.example.com/p/larder",
        seal_url="https://try.example.com/experiments/3/seal.txt",
        seal="f" * 64,
        revision=(2, "a" * 64),
        variants=[("control", 1), ("price", 3)],
        page_digests={"control": "b" * 64, "price": "c" * 64},
        time_zone="Europe/London",
        limits=NetworkLimits(30, 100),
    )


def test_the_letter_names_the_announced_crowds():
    letter = letter_of(make_rule(crowds=(MEETUP,)))

    assert "Announced crowds:\n  Meetup: up to 150 people" in letter
    assert "crowd" not in letter_of(RULE)


def test_the_letter_names_the_rate_hoped_for():
    assert "8% of parents who cook on weeknights will leave an email address. The rate hoped " in (
        letter_of(make_rule(hoped_for=0.12))
    )
    assert "hoped for" not in letter_of(RULE)


def test_the_letter_holds_all_that_is_needed_to_check_the_seal_later():
    letter = letter_of(RULE)

    for text in ("/p/larder", "seal.txt", *(digit * 64 for digit in "fabc")):
        assert text in letter
    assert rule_text.claim(RULE) in letter
    assert RULE.if_unclear in letter
    assert "price: weight 3" in letter
    assert "29 March 2027" in letter
    assert "We count at most 30 visitors an hour and 100 a day" in letter
