"""What it takes to overturn a verdict, and what that costs."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.api.conftest import program_of
from tests.audience.recording import PHONE
from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_decision, make_revision, make_rule, make_running
from tests.results.check_histories import counted
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_days
from tests.results.hours import START, eager_rule, hourly, judged
from wbtest import statistics
from wbtest.audience.models import Signup, Visit
from wbtest.audience.quality_counts import Conversions, Origin
from wbtest.audience.recording.events import Seen, Served, SignedUp
from wbtest.audience.result_counts import Totals
from wbtest.audience.retention import purge
from wbtest.decisions.memo_proof import differences
from wbtest.decisions.memo_views import export_of, find_memo
from wbtest.delivery import webhooks
from wbtest.delivery.models import OutboxEvent
from wbtest.extensions import db, runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Crowd, to_json
from wbtest.results.figures import results_of
from wbtest.results.figures_json import results_json
from wbtest.results.robustness import (
    Fragility,
    false_signups,
    false_views,
    fragility_of,
    lines,
    price_of,
)
from wbtest.results.verdict import FadedEvidence, RunPeriod, Verdict
from wbtest.results.verdict_text import fragility
from wbtest.review.approvals import approve
from wbtest.statistics import Counts, evidence_needed
from wbtest.store import writing
from wbtest.team import delivery_settings

HOURS = 150
RULE = eager_rule(maximum_visitors=10_000)
LIFE = RunPeriod(START, None, START.replace(day=11), "UTC")


def spread(number: int, hours: int) -> list[int]:
    """As evenly over the hours as whole numbers allow."""
    return np.diff(np.arange(hours + 1) * number // hours).tolist()


def verdict_of(seen: int, converted: int, hours: int = 1) -> Verdict:
    """Of one page, ten days after the start; none is allowed before everybody came."""
    pairs = zip(spread(seen, hours), spread(converted, hours), strict=True)
    rule = eager_rule(minimum_visitors=seen, maximum_visitors=10_000)
    return judged(hourly([[pair] for pair in pairs]), rule=rule)


@pytest.mark.parametrize(("seen", "converted"), [(711, 92), (400, 60), (3_000, 290), (700, 80)])
def test_met_is_undone_by_so_many_sign_ups_and_by_no_fewer(seen, converted):
    k = false_signups(Counts(seen, converted), RULE.target, evidence_needed(RULE.alpha))

    assert verdict_of(seen, converted - k + 1, HOURS).word == "met"
    assert verdict_of(seen, converted - k, HOURS).word == "not_enough"


@pytest.mark.parametrize(("seen", "converted"), [(711, 22), (400, 10), (3_000, 190), (1_500, 75)])
def test_not_met_is_undone_by_so_many_views_and_by_no_fewer(seen, converted):
    k = false_views(Counts(seen, converted), RULE.target, evidence_needed(RULE.beta))

    assert verdict_of(seen - k + 1, converted).word == "not_met"
    assert verdict_of(seen - k, converted).word == "not_enough"


def test_sign_ups_missing_from_the_latest_hours_alone_leave_no_go_either():
    pairs = [[each] for each in zip(spread(711, HOURS), spread(92, HOURS), strict=True)]
    k = false_signups(Counts(711, 92), RULE.target, evidence_needed(RULE.alpha))
    for pair in reversed(pairs):
        seen, converted = pair[0]
        pair[0] = (seen, converted - min(k, converted))
        k -= min(k, converted)

    verdict = judged(hourly(pairs), rule=RULE)

    assert (verdict.word, verdict.choice, verdict.doubt is None) == ("met", "", False)


@given(st.integers(30, 5_000), st.floats(0.01, 0.3), st.floats(0.01, 0.5))
def test_one_fewer_is_never_enough(seen, target, rate):
    counts, needed = Counts(seen, int(rate * seen)), evidence_needed(0.05)
    k, views = false_signups(counts, target, needed), false_views(counts, target, needed)

    def above(converted: int) -> bool:
        return statistics.log_e_above(Counts(seen, converted), target) >= needed

    def below(seen: int) -> bool:
        return statistics.log_e_below(Counts(seen, counts.converted), target) >= needed

    assert (k > 0, views > 0) == (above(counts.converted), below(seen))
    assert k == 0 or (above(counts.converted - k + 1) and not above(counts.converted - k))
    assert views == 0 or (below(seen - views + 1) and not below(seen - views))


def told(pairs: list[tuple[int, int]], verdict: Verdict, **parts: Any) -> Fragility | None:
    """Of variants that were seen and converted so often on one day, and long ago."""
    totals = [Totals(seen=seen, converted=x, arrived=x) for seen, x in pairs]
    history = counted(*totals, hours=hourly([pairs]), **parts)
    return fragility_of(RULE, LIFE, verdict, history, "abc"[: len(pairs)])


MET = Verdict("met", "go", ("above",), (0,), reached_at=START)
NOT_MET = Verdict("not_met", "stop", ("below",), reached_at=START)


def test_of_variants_that_reach_the_target_the_strongest_is_told():
    found = told([(700, 92), (700, 110), (700, 160)], replace(MET, variants=(0, 1)))

    assert found is not None
    assert (found.kind, found.variant, found.of) == ("signups", 1, 110)


def test_of_variants_that_miss_the_target_the_weakest_is_told():
    found = told([(700, 10), (700, 22), (700, 3)], NOT_MET)

    assert found is not None
    assert (found.kind, found.variant, found.of) == ("views", 1, 700)


def test_nothing_is_told_without_a_verdict_or_of_one_in_doubt():
    assert told([(700, 92)], replace(MET, word="not_enough")) is None
    assert told([(700, 92)], replace(MET, is_withheld=True)) is None
    assert told([(700, 92)], replace(MET, doubt=FadedEvidence(0))) is None


def test_where_they_came_from_is_told_of_the_variant():
    conversions = Conversions(origins={"a": Origin(88, 61, 92), "b": Origin(9, 9, 9)})
    found = told([(711, 92)], MET, conversions=conversions)

    assert found is not None
    assert (found.days, found.networks, found.domains, found.known) == (7, 88, 61, 92)


@pytest.fixture
def met(begin: Start, now: HandClock) -> Experiment:
    """One page, ten days in, far above its target."""
    experiment = begin()
    count_days(experiment, range(9), seen=80, converted=11)
    with writing() as session:
        for k in range(60):
            address = f"p@d{k // 2}.example" if k % 2 else f"p{k}@gmail.com"
            where = {
                "experiment_id": experiment.id, "visitor": f"v{k}", "variant": "control",
                "at_us": k, "source": "newsletter", "device": "phone",
            }  # fmt: skip
            session.add(Visit(mark=k // 3, **where))
            session.add(Signup(email_key=address, email=address, is_converted=True, **where))
    now.turn(days=10)
    return experiment


LINE = "of these 99 sign-ups were fake. The 99 sign-ups came from at least"


def test_page_file_and_memo_say_it_in_one_line(
    met: Experiment, now: HandClock, client: Browser, team: Team
):
    results = results_of(met, now())
    line = fragility(results)
    make_decision(met, team.approver, team.owner, "go", "Enough of them signed up for it.")
    log_in(client, team.owner)
    pages = [
        client.get(f"/experiments/{met.id}/{page}").get_data(as_text=True)
        for page in ("results", "memo/1")
    ]

    assert line.endswith(f" {LINE} 20 networks and 31 email domains, over 9 days.")
    assert [line in page for page in pages] == [True, True]
    assert results_json(results)["fragility"] == {
        "kind": "signups", "variant": "control", "false": 20, "of": 99,
        "days": 9, "networks": 20, "domains": 31, "known": 60,
    }  # fmt: skip


def test_of_several_variants_it_names_one(begin: Start, now: HandClock):
    experiment = begin(variants=("Kitchen",))
    count_days(experiment, range(9), seen=100, converted=7)
    count_days(experiment, range(9), "kitchen", seen=100, converted=14)
    now.turn(days=10)

    assert fragility(results_of(experiment, now())) == (
        "“Kitchen” would no longer reach the target if 28 of its 126 sign-ups were fake. The "
        "126 sign-ups were spread over 9 days."
    )


def test_of_a_target_missed_it_counts_views(begin: Start, now: HandClock):
    experiment = begin(minimum_visitors=100)
    count_days(experiment, range(9), seen=80, converted=2)
    now.turn(days=12)

    assert fragility(results_of(experiment, now())) == (
        "The result would be undecided if 320 of these 720 views were fake. The 720 views were "
        "spread over 9 days."
    )


@pytest.mark.parametrize("converted", [20, 48])
def test_far_from_the_target_it_takes_many_networks(converted: int) -> None:
    assert "fake visits from 12 networks" in price_of(Totals(seen=400, converted=converted), 0.08)


@pytest.mark.parametrize("converted", [26, 32, 40])
def test_close_to_the_target_it_takes_few(converted: int) -> None:
    assert "8 networks" in price_of(Totals(seen=400, converted=converted), 0.08)


def test_the_panel_says_it_and_leads_to_what_a_stranger_can_do(
    begin: Start, team: Team, client: Browser
) -> None:
    experiment = begin()
    count_day(experiment, 0, "control", seen=400, converted=60)
    log_in(client, team.owner)

    page = client.get(f"/experiments/{experiment.id}/results").text
    assert "without any check turning red" in page
    assert client.get("/help/trust").status_code == 200
    assert 'href="/help/trust"' in page


SIX = datetime(2027, 3, 3, 18, tzinfo=UTC)
MEETUP = Crowd("Meetup", SIX, SIX + timedelta(hours=4), people=60)
FAIR = Crowd("Fair", SIX + timedelta(days=9), SIX + timedelta(days=10), people=99)
HALL = "203.0.113.7"
DAY = timedelta(days=1)
WHY = "They all asked for it, and we know them."


def come(
    experiment: Experiment, visitors: int, signups: int, at: datetime, address: str = ""
) -> None:
    """Let so many be served and seen at a moment; the first of them sign up a minute later."""
    recorder = runtime().recorder
    for number in range(visitors):
        who: dict[str, Any] = {
            "experiment_id": experiment.id,
            "variant": "control",
            "visitor": f"{at:%d%H%M}-{address}-{number}",
            "source": "newsletter",
            "device": "phone",
            "user_agent": PHONE,
        }
        at_us = int(at.timestamp()) * 1_000_000
        recorder.put(Served(at_us=at_us, address=address, **who))
        recorder.put(Seen(at_us=at_us + 1_000_000, address=address, **who))
        if number < signups:
            email = f"{who['visitor']}@example.com"
            sent = {"email": email, "email_key": email, "token_hash": email}
            recorder.put(SignedUp(at_us=at_us + 60_000_000, **sent, **who))
    recorder.flush()
    # What was read before is of before.
    db.session.rollback()


@pytest.fixture
def experiment(begin: Start, now: HandClock) -> Experiment:
    """Strangers who convert at 8 %, and a hall of 80 of whom 60 count and half sign up."""
    experiment = begin(crowds=(MEETUP, FAIR), minimum_visitors=200)
    for day in range(8):
        come(experiment, 50, 4, SIX - 2 * DAY + day * DAY)
    come(experiment, 80, 30, SIX + timedelta(hours=1), HALL)
    now.turn(days=9)
    return experiment


def crowds_of(experiment: Experiment, now: HandClock) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = results_json(results_of(experiment, now()))["crowds"]
    return found


def test_the_crowd_counts_and_the_figures_without_it_stand_beside(experiment, now):
    meetup, _ = crowds_of(experiment, now)

    assert (meetup["admitted"], meetup["people"], meetup["networks"]) == (60, 60, 1)
    assert (meetup["with"]["seen"], meetup["with"]["converted"]) == (460, 62)
    assert meetup["with"]["verdict"] == "met"
    assert meetup["without"] == {
        "seen": 400,
        "converted": 32,
        "rate": 0.08,
        "verdict": "not_enough",
        "recommendation": "keep_running",
        "withheld": False,
    }


def test_the_sealed_figures_are_those_of_everybody(experiment, now):
    values = results_json(results_of(experiment, now()))

    assert (values["verdict"], values["variants"][0]["seen"]) == ("met", 460)


def test_who_came_from_there_at_another_time_is_not_of_the_crowd(experiment, now):
    come(experiment, 5, 5, SIX + 3 * DAY, HALL)

    assert crowds_of(experiment, now)[0]["without"]["seen"] == 405


def test_each_crowd_is_said_in_a_line(experiment, now):
    assert lines(crowds_of(experiment, now)) == [
        "With everyone: 62 of 460 (13.5%), target met.",
        "Without “Meetup”: 32 of 400 (8.0%), undecided. 60 of up to 60 people visited.",
        "“Fair” made no difference.",
    ]


def test_a_crowd_after_which_figures_are_withheld_or_in_doubt_is_said_so():
    figures = {"seen": 12, "converted": 4, "rate": 0.3, "withheld": True}
    crowd = {"name": "Fair", "people": 9, "admitted": 9}
    said = lines(
        [
            crowd
            | {"with": figures | {"verdict": "not_enough"}, "without": figures | {"verdict": "met"}}
        ]
    )

    assert said[0] == "With everyone: 4 of 12, unreliable."
    assert "target met, now in doubt" in said[1]


def test_a_result_that_turns_on_an_announced_crowd_is_amber(experiment, now):
    [check] = [each for each in results_of(experiment, now()).trust if each.check == "crowds"]

    assert check.state == "warn"
    assert check.reason == "The result is “target met”, but without “Meetup” it’s “undecided”."


def test_a_test_without_crowds_has_no_such_part(begin: Start, now: HandClock):
    assert "crowds" not in results_json(results_of(begin(), now()))


def test_the_page_says_both_beside_the_verdict(client: FlaskClient, experiment, team: Team):
    log_in(client, team.owner)
    page = client.get(f"/experiments/{experiment.id}/results").text

    assert "Without “Meetup”: 32 of 400" in page


def test_what_was_counted_of_a_crowd_outlives_the_purge(experiment, now):
    before = crowds_of(experiment, now)
    purge(experiment)

    assert crowds_of(experiment, now) == before


def test_a_memo_says_both_and_can_be_recomputed_from_its_file(
    client: FlaskClient, experiment, now, team: Team, tmp_path
):
    make_decision(experiment, team.approver, None, "go", WHY)
    log_in(client, team.owner)

    page = client.get(f"/experiments/{experiment.id}/memo/1").text
    file = client.get(f"/experiments/{experiment.id}/memo/1.json").data

    assert "Without “Meetup”: 32 of 400" in page
    assert differences(file) == []


def test_a_memo_whose_crowd_was_changed_differs(experiment, team: Team):
    make_decision(experiment, team.approver, None, "go", WHY)
    memo = find_memo(experiment, 1)
    assert memo is not None
    export = json.loads(json.dumps(export_of(experiment, memo)))

    export["data"]["crowds"][0][0] = 10

    assert "memo.figures.crowds[0].admitted" in {
        each.place for each in differences(json.dumps(export))
    }


def test_the_api_gives_the_figures_with_and_without(app: Flask, experiment, team: Team):
    found = program_of(app, team.owner).get(f"/experiments/{experiment.id}/results").json

    assert [each["name"] for each in found["crowds"]] == ["Meetup", "Fair"]
    assert found["crowds"][0]["without"]["seen"] == 400


@pytest.mark.parametrize("sealed", [None, "{}"])
def test_a_rule_that_was_changed_by_hand_breaks_no_page(
    client: FlaskClient, experiment, team: Team, sealed: str | None
):
    with writing():
        experiment.rule = {
            name: value for name, value in experiment.rule.items() if name != "crowds"
        }
        experiment.sealed = experiment.sealed if sealed is None else sealed
    log_in(client, team.owner)

    assert client.get(f"/experiments/{experiment.id}/results").status_code == 200


def test_a_crowd_that_was_written_into_a_purged_test_breaks_no_page(
    client: FlaskClient, begin: Start, team: Team, now: HandClock
):
    experiment = begin()
    now.turn(days=30)
    purge(experiment)
    with writing():
        sealed = json.loads(experiment.sealed)
        sealed["rule"]["crowds"] = to_json(make_rule(crowds=(MEETUP,)))["crowds"]
        experiment.sealed = json.dumps(sealed)
    log_in(client, team.owner)

    assert client.get(f"/experiments/{experiment.id}/results").status_code == 200


REASON = "The kitchen headline carries it."


def test_every_step_from_approval_to_decision_is_told_once(team: Team, now: HandClock):
    delivery_settings.add_webhook("https://hooks.example/", webhooks.KINDS)
    revision = make_revision(team.editor)
    now.turn(days=2)
    for _ in range(2):
        approve(revision, team.approver)

    experiment = make_running(revision, team.editor, team.approver, slug="larder")
    lifecycle.pause(experiment, team.approver)
    lifecycle.resume(experiment, team.approver)
    count_day(experiment, 0, seen=100, converted=14)
    lifecycle.end(experiment, team.approver)
    for _ in range(2):
        make_decision(experiment, team.approver, team.owner, "go", REASON)

    events = db.session.scalars(db.select(OutboxEvent).order_by(OutboxEvent.id)).all()
    steps = [f"experiment.{step}" for step in ("started", "paused", "resumed", "ended")]
    assert [event.kind for event in events] == ["release.approved", *steps, "decision.made"]
    facts = [json.loads(event.body)["data"] for event in events]
    assert facts[0]["revision"] == revision.number
    assert {fact["url"] for fact in facts[1:]} == {"http://localhost/p/larder"}
    assert facts[-1]["choice"] == "go"
