"""What a sentence of results counts agrees with its number: 1 person, 2 people, 1 was, 2 were."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from flask.testing import FlaskClient

from tests.conftest import HandClock
from tests.decisions.conftest import AGAINST
from tests.factories import Team, log_in, make_decision, make_rule
from tests.results.check_histories import counted
from tests.results.conftest import Start
from tests.results.crowd import count_hour, count_machines
from wbtest.audience.quality_counts import NewestSignups
from wbtest.audience.result_counts import Totals
from wbtest.ideas.notifications import occasions
from wbtest.results.figures import results_of
from wbtest.results.history import LeftOut
from wbtest.results.likely_causes import SegmentCounts, with_hints
from wbtest.results.quality_checks import check_doubt, check_trust
from wbtest.results.trust import Check, CheckContext, Paused, panel_of
from wbtest.results.verdict import FadedEvidence
from wbtest.statistics import Counts

NUMBERS = (0, 1, 2, 12)
ONE_OF = (
    "person visitor sign-up address page bot preview prefetch confirmation day hour visit message "
    "range idea check variant test reader question answer request browser load source change"
)
MANY_OF = (
    "people visitors sign-ups addresses pages bots previews prefetches confirmations days hours "
    "visits messages ranges ideas checks variants tests readers questions answers requests "
    "browsers loads sources changes were are have"
)
BETWEEN = r"(?: (?:more|other|served|link|such|counted|disposable|of them|of those))?"
# A number by itself: no part of a larger one, of a range, a rate, a date or a ratio.
ALONE = r"(?<![\d.,:/–“-])"
TOO_MANY = re.compile(rf"{ALONE}1{BETWEEN} ({'|'.join(MANY_OF.split())})\b")
TOO_FEW = re.compile(
    rf"{ALONE}(?:0|[2-9]|\d[\d,]*\d){BETWEEN} ({'|'.join(ONE_OF.split())}|was|is|has)\b(?!-| loads)"
)


def disagreeing(text: str) -> list[str]:
    """What of a text does not agree, with some words before it."""
    return [
        text[max(found.start() - 40, 0) : found.end() + 20]
        for pattern in (TOO_MANY, TOO_FEW)
        for found in pattern.finditer(text)
    ]


@pytest.mark.parametrize(
    "text",
    ["1 people saw it", "1 served pages", "1 visitors", "0 person", "2 was seen", "1 were never"],
)
def test_the_test_finds_what_does_not_agree(text: str) -> None:
    assert disagreeing(text)


@pytest.mark.parametrize(
    "text", ["1 person saw it", "0 people", "1 of 12 sign-ups", "21 people", "1 was", "2 were"]
)
def test_the_test_lets_pass_what_agrees(text: str) -> None:
    assert not disagreeing(text)


def sentences(check: Check) -> str:
    return " ".join((check.title, check.value, check.reason, check.do, *check.hints))


def panels() -> Iterator[list[Check]]:
    """The checks of tests in which each thing happened never, once, twice or often."""
    start = date(2027, 3, 1)
    for served, lost, signups, unseen in product(NUMBERS, repeat=4):
        seen, unseen = max(served - lost, 0), min(unseen, signups)
        totals = Totals(
            served=served,
            seen=seen,
            converted=min(seen, signups - unseen),
            signups=signups,
            unseen=unseen,
            confirmed=min(lost, signups),
        )
        history = counted(
            *(totals, Totals(served=served, seen=served)),
            left_out={
                reason: [LeftOut(lost, unseen), LeftOut(0, 0)]
                for reason in ("team", "suspected", "paused", "opted_out", "source", "waiting")
            },
            machines={reason: [served, 0] for reason in ("bot", "preview", "prefetch", "lost")},
            two_variants=unseen,
        )
        newest = NewestSignups(
            count=signups,
            confirmed=min(lost, signups),
            unasked=unseen * (lost % 2),
            disposable=min(lost, signups),
            automated=min(lost, signups),
        )
        rested = datetime(2027, 3, 2, 9, tzinfo=UTC)
        around = CheckContext(
            names=("A", "B"),
            started=start,
            today=start + timedelta(days=served),
            pauses=(Paused(rested, rested + timedelta(hours=unseen, minutes=lost)),) * served,
            newest=newest,
            without_cookie=(unseen, 0),
            facts_changed=tuple(start + timedelta(days=k) for k in range(min(lost, 3))),
        )
        checks = check_trust(make_rule(), history, around, ["another title"] * (served % 2))
        spots = [SegmentCounts("phone", "x", (served, served), (seen, served))]
        yield with_hints(checks, history, around, spots)


def test_every_sentence_of_the_panel_agrees_with_its_number() -> None:
    texts = {sentences(check) for checks in panels() for check in checks}
    texts |= {panel_of(checks).sentence for checks in panels()}

    assert len(texts) > 100
    assert [found for text in sorted(texts) for found in disagreeing(text)] == []


@pytest.mark.parametrize("first", NUMBERS)
@pytest.mark.parametrize("since", [1, 2, 12, 150])
def test_what_speaks_against_a_verdict_agrees_with_its_number(first: int, since: int) -> None:
    until, later = Counts(first, 0), Counts(since, 1)
    doubts = [FadedEvidence(0, until, later, is_contradicted=is_so) for is_so in (True, False)]

    assert [
        disagreeing(sentences(check_doubt(doubt))) for doubt in (*doubts, FadedEvidence(0))
    ] == [[]] * 3


PAGES = (
    *("results", "results/over-time", "results/visitors", "results/answers"),
    *("results/statistics", "decision"),
)


@pytest.mark.parametrize("number", [0, 1, 2, 120])
@pytest.mark.parametrize("names", [(), ("Price",)])
def test_every_page_of_results_agrees_with_its_numbers(
    begin: Start,
    team: Team,
    now: HandClock,
    client: FlaskClient,
    number: int,
    names: tuple[str, ...],
) -> None:
    experiment = begin(variants=names, minimum_visitors=1, minimum_days=1)
    hour = int(now().timestamp()) // 3600 * 3600
    for variant in experiment.variants:
        numbers = {"seen": number, "converted": min(number, 1), "served": number + 1}
        count_hour(experiment, hour, variant.key, **numbers, unseen=1, signups=2, confirmed=1)
        for reason in ("team", "suspected", "paused", "opted_out"):
            numbers = {"seen": number, "signups": number}
            count_hour(experiment, hour, variant.key, **numbers, excluded_because=reason)
    for reason in ("bot", "preview", "prefetch", "lost"):
        count_machines(experiment, number, reason)
    found = {}
    for days in (0, 40):
        now.turn(days=days, hours=2)
        log_in(client, team.owner)
        for page in PAGES:
            answer = client.get(f"/experiments/{experiment.id}/{page}")
            assert answer.status_code == 200, page
            found[page, days] = disagreeing(words(answer.text))
        for occasion in occasions(results_of(experiment, now())):
            found[occasion.key, days] = disagreeing(occasion.text)
    make_decision(experiment, team.approver, team.owner, "stop", AGAINST)
    for page in (f"/experiments/{experiment.id}/memo/1", "/ideas?view=chart", "/ideas"):
        found[page, 40] = disagreeing(words(client.get(page).text))

    assert {where: what for where, what in found.items() if what} == {}


def words(page: str) -> str:
    """What a page says; what stands in blocks of their own is set apart."""
    main = re.sub(r"(?s)<(script|style|svg).*?</\1>", "|", page)
    flat = re.sub(r"</?(?:a|b|bdi|strong|span|em)\b[^>]*>", "", main)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " | ", flat)))
