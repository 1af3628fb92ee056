"""The launch check: each thing that stops a start, and each that it warns of."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from msgspec import structs

from tests.factories import (
    LARDER,
    Team,
    make_approval,
    make_checked,
    make_experiment,
    make_revision,
    make_rule,
    make_running,
)
from tests.publishing.test_crowds import MEETUP
from wbtest.publishing import lifecycle, page_options, proposals
from wbtest.publishing.experiments import change_rule, change_variant
from wbtest.publishing.launch_check import Finding, Situation, find_demand, findings
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_copy import PageCopy, build_copy
from wbtest.publishing.page_options import BOTH, ELSEWHERE, EUROPE, FirstMail, Options, first_mail
from wbtest.publishing.page_settings import change_options
from wbtest.publishing.planner import Objection
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.rule_form import PROPOSED
from wbtest.publishing.target_calculator import TargetCalculation
from wbtest.writing.document import CallToAction
from wbtest.writing.models import Revision

PAGE = build_copy(LARDER)
READY = Situation(
    missing=(),
    rule=make_rule(),
    pages=(("Control", PAGE), ("Price", build_copy(LARDER, {"headline": "Dinner for £4"}))),
    options=Options(visitors_live=ELSEWHERE),
    base_url="https://try.larder.example",
    first_mail=FirstMail(is_sent=True, asks_to_confirm=True, skips_confirming=False),
    tried="sent",
    daily=100,
)


def found(kind: str, **changes: Any) -> dict[str, Finding]:
    """What the check finds of one kind, by what it is about."""
    return {
        each.what: each for each in findings(structs.replace(READY, **changes)) if each.kind == kind
    }


def test_a_draft_that_is_ready_is_neither_stopped_nor_warned_of():
    assert found("blocker") == found("warning") == {}
    fine = {"approval", "end", "controller", "stop", "disclosure", "quote", "payment"}
    assert fine <= found("fine").keys()
    assert found("fine").keys() >= {"look", "address", "mail", "tried", "traffic", "counting"}


@pytest.mark.parametrize("what", ["approval", "newest", "text", "end", "controller"])
def test_what_a_start_lacks_anyway_stops_it(what: str):
    stopped = found("blocker", missing=[(what, "It is not there.")])

    assert stopped[what].sentence == "It is not there."
    assert stopped[what].where
    assert what not in found("fine", missing=[(what, "It is not there.")])


def test_a_rule_that_can_never_say_stop_is_stopped():
    few = make_rule(minimum_visitors=10, maximum_visitors=70)

    assert "can never say stop" in found("blocker", rule=few)["stop"].sentence
    assert "stop" not in found("blocker", rule=make_rule(maximum_visitors=2400))


def pages(*overrides: dict[str, str]) -> Sequence[tuple[str, PageCopy]]:
    return [(f"Page {n}", build_copy(LARDER, each)) for n, each in enumerate(overrides)]


def test_a_variant_that_changes_nothing_stops_it():
    stopped = found("blocker", pages=pages({}, {}))

    assert stopped["variants"].sentence == "“Page 1” is the same page as “Page 0”."


@pytest.mark.parametrize("label", ["Buy now", "PAY", "Add to cart!", "pay-now"])
def test_a_button_that_asks_for_money_stops_it(label: str):
    stopped = found("blocker", pages=pages({}, {"cta_label": label}))

    assert f"“{label}” in “Page 1” asks for money" in stopped["payment"].sentence
    assert stopped["payment"].where == "variants"


@pytest.mark.parametrize(
    ("language", "label", "is_demand"),
    [
        *[("de-AT", "Jetzt kaufen", True), ("de", "Jetzt ausprobieren", False)],
        *[("fr", "Acheter", True), ("es", "Comprar ahora", True), ("ja", "今すぐ購入", True)],
        *[("ar", "اشتر الآن", True), ("en", "Order from chaos", False)],
        *[("en", "Payments made easy", False), ("tlh", "Buy", True)],
    ],
)
def test_demands_are_found_in_the_page_s_language(language: str, label: str, is_demand: bool):
    page = replace(PAGE, language=language, cta_label=label)

    assert bool(find_demand(page)) is is_demand


def test_a_quote_is_shown_to_be_labelled_and_a_page_without_one_needs_no_label():
    without = build_copy(replace(LARDER, customer_quote=replace(LARDER.customer_quote, text="")))

    assert "labelled as imagined" in found("fine")["quote"].sentence
    assert "quote" not in found("fine", pages=[("Control", without)])


def test_what_cannot_be_read_or_seen_stops_it():
    stopped = found("blocker", look_faults=["The picture has no words."])

    assert stopped["look"].sentence == "The picture has no words."


@pytest.mark.parametrize(
    ("url", "words"), [("http://127.0.0.1:8000", "this computer"), ("http://x.io", "encrypted")]
)
def test_an_address_that_is_not_for_the_public_is_warned_of(url: str, words: str):
    warned = found("warning", base_url=url)["address"]

    assert words in warned.sentence
    assert "make public" in warned.todo
    assert "It’s down while the laptop sleeps" in warned.todo
    assert warned.where == "net"


@pytest.mark.parametrize(
    ("reach", "url", "is_told"),
    [
        ("untold", "https://x.io", True),
        ("untold", "http://127.0.0.1:8000", True),
        ("private", "https://x.io", True),
        ("private", "https://203.0.113.7", True),
        ("private", "http://127.0.0.1:8000", False),
        ("private", "http://192.168.1.5", False),
        ("private", "http://[fd00::1]", False),
        ("private", "http://nas:8000", False),
        ("private", "http://nas.local", False),
        ("known", "https://x.io", False),
        ("", "https://x.io", False),
    ],
)
def test_a_proxy_that_hides_who_comes_is_warned_of(reach: str, url: str, is_told: bool):
    assert ("networks" in found("warning", reach=reach, base_url=url)) is is_told


def test_that_networks_can_be_told_apart_is_said_where_it_shows():
    assert "networks" in found("fine", reach="known")
    assert "networks" not in found("fine")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tried": "unmailed"}, "hasn’t sent an email yet"),
        ({"tried": ""}, "hasn’t sent an email yet"),
        ({"tried": "waiting"}, "still queued"),
        ({"tried": "failed"}, "rejected"),
        ({"tried": "bounced"}, "bounced"),
    ],
)
def test_mail_that_is_not_known_to_arrive_is_warned_of(changes: dict[str, Any], words: str):
    assert words in found("warning", **changes)["mail"].sentence


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            Options(),
            "Email isn’t set up, so nobody is asked to confirm, and the email with your decision "
            "will have to wait.",
        ),
        (
            Options(confirms=False),
            "Email isn’t set up, so the email with your decision will have to wait.",
        ),
    ],
)
def test_a_server_without_mail_is_warned_of_in_one_line(options: Options, words: str):
    without = first_mail(options, mail_url="")

    warned = found("warning", first_mail=without)["mail"]
    assert (warned.sentence, warned.where) == (words, "server")


def test_a_rule_that_needs_confirmations_cannot_start_without_mail():
    rule = make_rule(conversion="confirmed", conversion_window_hours=168)

    stopped = found("blocker", rule=rule, first_mail=first_mail(Options(), mail_url=""))

    assert stopped["mail"].sentence == (
        "Email isn’t set up, so nobody can confirm, and this test counts only confirmed sign-ups."
    )


def test_the_link_of_a_pre_order_is_seen_before_the_start():
    asked = Options(asks_for=("preorder",), preorder_url="https://buy.example.com/7")

    assert "https://buy.example.com/7" in found("warning", options=asked)["preorder"].sentence


@pytest.mark.parametrize(
    ("redirects", "words"), [(False, "The button"), (True, "visitors are sent to")]
)
def test_the_link_after_the_sign_up_is_seen_before_the_start(redirects: bool, words: str):
    link = "https://chat.example.com/7"
    chosen = Options(link_label="Join us", link_url=link, link_redirects=redirects)

    said = found("warning", options=chosen)["link"].sentence
    assert words in said
    assert link in said


def test_a_sign_up_that_nobody_tried_is_warned_of():
    assert "tried" in found("warning", tried="")
    assert "tried" in found("fine", tried="waiting")


def test_visitors_of_whom_nobody_said_anything_are_warned_of():
    assert "how many visitors" in found("warning", daily=None)["traffic"].sentence
    assert "traffic" not in found("fine", daily=None)


def proposed(people: int, *, is_warm: bool = True, **changes: Any) -> Hypothesis:
    """The rule that is proposed for so many people, with changes."""
    usual = proposals.proposal_for(people, is_warm=is_warm)
    return make_rule(
        **{name: getattr(usual, name) for name in (*PROPOSED, "hoped_for")}
        | {"knows_team": is_warm}
        | changes
    )


ALONE = {"daily": None, "pages": READY.pages[:1]}


def test_a_rule_for_the_people_in_reach_says_how_many_may_come():
    rule = proposed(100)

    said = found("fine", rule=rule, **ALONE)["traffic"].sentence

    assert said == "The rule fits the 100 people you can reach."
    assert "traffic" not in found("warning", rule=rule, **ALONE)


@pytest.mark.parametrize(
    "changes",
    [
        # Nobody said how many.
        {"rule": proposed(1000)},
        # It can't tell much, as a warning says.
        {"rule": proposed(60, is_warm=False)},
        # It's another rule.
        {"rule": proposed(100, knows_team=False)},
        {"rule": proposed(100, hoped_for=0.375)},
        {"rule": proposed(100, alpha=0.01)},
        {"rule": proposed(100), "pages": READY.pages},
    ],
)
def test_of_no_other_rule_it_is_said_that_it_fits_those_in_reach(changes: dict[str, Any]):
    assert "traffic" in found("warning", **ALONE | changes)
    assert "traffic" not in found("fine", **ALONE | changes)


def test_what_the_planner_objects_to_is_warned_of_but_a_last_day_that_stops_it_anyway():
    objections = [
        Objection("end", "The last day must be after today."),
        Objection("fault", "No page gets that many visitors."),
        Objection("floor", "Floor and target lie too near each other.", "A floor of 1 % would do."),
    ]

    warned = found("warning", objections=objections)

    assert warned.keys() == {"traffic", "floor"}
    assert (warned["floor"].todo, warned["floor"].where) == ("A floor of 1 % would do.", "rule")
    assert "traffic" not in found("fine", objections=objections)


def test_a_target_below_what_the_business_needs_wants_a_reason():
    lower, right = (
        make_rule(target=target, reckoning=TargetCalculation(400, 25_000, 0.2))
        for target in (0.04, 0.08)
    )

    assert "about 200 of the 400 customers" in found("warning", rule=lower)["need"].sentence
    assert "need" in found("fine", rule=right)
    assert "need" not in found("fine") | found("warning")


def test_announced_crowds_are_named_and_warned_of_when_they_are_over():
    rule = make_rule(crowds=(MEETUP,))

    assert "“Meetup”, up to 150 people" in found("fine", rule=rule)["crowds"].sentence
    over = found("warning", rule=rule, crowds_over=["Meetup"])["crowds"]
    assert "“Meetup” is over" in over.sentence
    assert over.where == "rule"
    assert "crowds" not in found("fine") | found("warning")


def test_crowds_that_may_be_most_of_a_verdict_are_warned_of():
    rule = make_rule(crowds=(MEETUP,), minimum_visitors=299)

    assert "150 people, and 299 visitors" in found("warning", rule=rule)["crowds"].sentence


def test_another_open_page_with_the_same_source_is_warned_of():
    warned = found("warning", rivals=[("kiln", ["forum", "newsletter"])])

    assert "/p/kiln is open too, and counts forum and newsletter" in warned["sources"].sentence


@pytest.mark.parametrize(
    ("options", "what", "words"),
    [
        (Options(), "region", "where visitors live"),
        (
            Options(counting="cookieless", visitors_live=EUROPE),
            "counting",
            page_options.WEAKNESS,
        ),
    ],
)
def test_the_price_of_each_way_of_counting_is_said(options: Options, what: str, words: str):
    assert words in found("warning", options=options)[what].sentence


@pytest.mark.parametrize("region", [EUROPE, BOTH])
def test_a_cookie_that_was_saved_with_the_region_needs_nothing_more(region: str):
    options = Options(visitors_live=region)

    assert "counting" not in found("warning", options=options)
    assert page_options.TRADE_OFF in found("fine", options=options)["counting"].sentence


def test_a_rule_changed_after_the_options_cannot_contradict_them(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    change_options(experiment, team.editor, Options(confirms=False))
    rule = make_rule(conversion="confirmed", conversion_window_hours=168)
    change_rule(experiment, slug="larder", rule=rule, time_zone="UTC")

    with pytest.raises(lifecycle.NotReady, match="so an email has to ask"):
        make_checked(experiment, team.editor)


@pytest.fixture
def priced(team: Team) -> Experiment:
    """A draft whose control alone names a price, and asks for a yes to it."""
    action = CallToAction("Take one photo, for £4 a month.", "Start now")
    revision = make_revision(team.editor, call_to_action=action)
    make_approval(revision, team.approver)
    experiment = make_experiment(revision, team.editor)
    [control] = experiment.variants
    words = {"price": "£4 a month"}
    change_variant(control, team.editor, name="Control", weight=1, overrides=words)
    change_options(experiment, team.editor, Options(asks_for=("price",)))
    return experiment


def test_a_price_taken_away_after_the_options_stops_the_start(priced: Experiment, team: Team):
    [control] = priced.variants
    change_variant(control, team.editor, name="Control", weight=1, overrides={})

    with pytest.raises(lifecycle.NotReady, match="names no price to say yes to"):
        make_checked(priced, team.editor)


@pytest.fixture
def overtaken(revision: Revision, team: Team) -> Experiment:
    """A checked draft, since whose check another page with its source was opened."""
    experiment = make_experiment(revision, team.editor, slug="mine", sources=("x",))
    make_checked(experiment, team.editor)
    make_running(revision, team.editor, team.approver, slug="first", sources=("x",))
    return experiment


def test_what_is_warned_of_since_the_check_must_be_seen_too(overtaken: Experiment, team: Team):
    with pytest.raises(lifecycle.NotReady, match="came up: Shared sources"):
        lifecycle.start(overtaken, team.approver)

    assert lifecycle.start(make_checked(overtaken, team.editor), team.approver).state == "running"


def test_a_start_with_a_warning_unseen_leads_to_it(
    owner: FlaskClient, no_token_needed: None, overtaken: Experiment
):
    path = f"/experiments/{overtaken.id}"
    answer = owner.post(f"{path}/start")
    page = owner.get(f"{path}/launch").text

    assert answer.location == f"{path}/launch"
    assert "came up: Shared sources" in page
    assert "Start test" in page
    assert '<input type="hidden" name="seen" value="sources">' in page
