"""How a page treats its visitors: what may be chosen, by whom, and until when."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import object_session
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from tests.factories import Team, log_in, make_checked, make_experiment, make_revision
from tests.publishing import filling
from tests.publishing.filling import errors_of
from wbtest.extensions import db
from wbtest.publishing import page_options
from wbtest.publishing.experiments import Frozen, add_variant
from wbtest.publishing.launch_check import findings
from wbtest.publishing.launch_readiness import conflicts, situation_of
from wbtest.publishing.lifecycle import NotReady, start
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_options import (
    ASKS_FOR,
    TRADE_OFF,
    WEAKNESS,
    AsksFor,
    FollowUpQuestion,
    NotAnOption,
    Options,
    find_link_fault,
    host_of,
    option_lines,
    origin_of,
)
from wbtest.publishing.page_settings import change_options
from wbtest.publishing.rule import ACTS
from wbtest.publishing.sealing import draft_digest
from wbtest.store import Invalid
from wbtest.team.models import Person
from wbtest.writing.models import Revision

pytestmark = pytest.mark.usefixtures("no_token_needed")


@pytest.fixture
def experiment(revision: Revision, team: Team) -> Experiment:
    return make_experiment(revision, team.editor)


@pytest.fixture
def path(experiment: Experiment) -> str:
    return f"/experiments/{experiment.id}/options"


def send(client: FlaskClient, path: str, **changes: Any) -> TestResponse:
    """Change the visitor settings on the Test page."""
    return filling.send(client, path.removesuffix("/options"), path, **changes)


def chosen(experiment: Experiment) -> Options:
    assert object_session(experiment) is not None
    db.session.refresh(experiment)
    return page_options.from_json(experiment.options)


def test_saving_the_usual_changes_nothing(owner: FlaskClient, path: str, experiment: Experiment):
    answer = send(owner, path)

    assert answer.status_code == 303
    assert chosen(experiment) == Options()


def test_everything_can_be_chosen(owner: FlaskClient, path: str, experiment: Experiment):
    send(
        owner,
        path,
        counting="cookieless",
        visitors_live="both",
        question_1=" Who cooks? ",
        choices_1="I do\r\n\r\n My partner \r\n",
        question_3="What would you pay?",
        asks_for=["price", "preorder"],
        preorder_url=" https://buy.example.com/p?id=7 ",
        retention_days="90",
        respects_signals=[],
        confirms=[],
        takes_questions=[],
        is_indexed=[],
        link_label=" Join our Discord ",
        link_url=" https://chat.example.com/larder ",
        link_redirects="y",
    )

    assert chosen(experiment) == Options(
        "cookieless",
        False,
        False,
        (
            FollowUpQuestion("Who cooks?", ("I do", "My partner")),
            FollowUpQuestion("What would you pay?"),
        ),
        ("price", "preorder"),
        "https://buy.example.com/p?id=7",
        False,
        False,
        90,
        "both",
        "Join our Discord",
        "https://chat.example.com/larder",
        True,
    )


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"question_2": "x" * 201}, "question_2", "201"),
        ({"choices_1": "Yes\nNo"}, "question_1", "Write the question."),
        ({"question_1": "Who?", "choices_1": "I"}, "choices_1", "two choices or more"),
        ({"question_1": "Who?", "choices_1": "I\nI"}, "choices_1", "once"),
        (
            {"question_1": "Who?", "choices_1": "a\nb\nc\nd\ne\nf\ng\nh\ni"},
            "choices_1",
            "8 choices",
        ),
        ({"question_1": "Who?", "question_3": "Who?"}, "question_3", "Ask each question once."),
        ({"retention_days": "800"}, "retention_days", "Enter 1 to 760 days."),
        ({"retention_days": "soon"}, "retention_days", "whole number"),
        ({"counting": "fingerprint"}, "counting", "Choose how visitors"),
        ({"asks_for": "card"}, "asks_for", "Choose the steps from the list"),
        ({"asks_for": "preorder"}, "preorder_url", "like https://"),
        ({"preorder_url": "https://buy.example.com"}, "preorder_url", "Tick the pre-order too"),
        ({"link_label": "Join"}, "link_url", "like https://"),
        ({"link_redirects": "y"}, "link_url", "like https://"),
        ({"link_label": "Join", "link_url": "http://x.example/"}, "link_url", "like https://"),
        ({"link_label": "Join", "link_url": "https://a:b@x.example/"}, "link_url", "like https:"),
        ({"link_url": "https://chat.example.com"}, "link_label", "Enter the text of the button."),
        (
            {"link_url": "https://chat.example.com", "link_label": "x" * 41},
            "link_label",
            "41 characters long. Use at most 40.",
        ),
        ({"visitors_live": "mars"}, "visitors_live", "from the list"),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field(
    typed: dict[str, Any], field: str, sentence: str, owner: FlaskClient, path: str
):
    answer = send(owner, path, **typed)

    assert answer.status_code == 422
    assert sentence in errors_of(answer.text)[field]
    unseen = {"visitors_live", "asks_for", "link_redirects"}
    if "_" in field and field not in unseen and not unseen & typed.keys():
        assert all(line in answer.text for text in typed.values() for line in text.splitlines())


def test_a_rule_that_counts_confirmed_sign_ups_needs_the_mail(revision: Revision, team: Team):
    experiment = make_experiment(
        revision, team.editor, conversion="confirmed", conversion_window_hours=168
    )

    with pytest.raises(Invalid) as refused:
        change_options(experiment, team.editor, Options(confirms=False))

    assert refused.value.field == "confirms"


def test_nobody_is_sent_past_the_page_that_tells_the_truth(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, disclosure="after")
    link = Options(link_label="Join us", link_url="https://chat.example.com/")
    change_options(experiment, team.editor, link)

    with pytest.raises(Invalid) as refused:
        change_options(experiment, team.editor, replace(link, link_redirects=True))

    assert refused.value.field == "link_redirects"


@pytest.mark.parametrize("conversion", ASKS_FOR)
def test_what_the_rule_counts_must_be_asked(conversion: AsksFor, revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, conversion=conversion)
    found = findings(situation_of(experiment))
    stopped = [each.sentence for each in found if each.kind == "blocker"]
    link = "https://buy.example.com/7" if conversion == "preorder" else ""

    assert [
        each for each in stopped if f"The rule counts people who {ACTS[conversion].did}" in each
    ]
    with pytest.raises(Invalid) as refused:
        change_options(experiment, team.editor, Options(is_indexed=False))
    assert refused.value.field == "asks_for"
    change_options(experiment, team.editor, Options(asks_for=(conversion,), preorder_url=link))
    assert list(conflicts(experiment, chosen(experiment))) == []


def test_nobody_is_asked_for_a_yes_to_no_price(owner: FlaskClient, team: Team):
    free = make_revision(team.editor, call_to_action={"text": "Take a photo."})
    experiment = make_experiment(free, team.editor, slug="free")

    answer = send(owner, f"/experiments/{experiment.id}/options", asks_for="price")

    assert "names no price" in errors_of(answer.text)["asks_for"]


def test_options_are_part_of_what_is_checked(experiment: Experiment, team: Team):
    before = draft_digest(experiment)
    change_options(experiment, team.editor, Options(is_indexed=False))

    assert draft_digest(experiment) != before


def test_after_the_start_options_are_shown_and_frozen(
    owner: FlaskClient, path: str, experiment: Experiment, team: Team
):
    change_options(
        experiment,
        team.editor,
        Options(counting="cookieless", questions=(FollowUpQuestion("Who cooks?"),)),
    )
    start(make_checked(experiment, team.editor), team.approver)
    page = owner.get(f"/experiments/{experiment.id}").text

    with pytest.raises(Frozen):
        change_options(experiment, team.editor, Options())
    assert owner.post(path).status_code == 409
    assert WEAKNESS in page
    assert "Who cooks?" in page
    assert "Change visitor settings" not in page


def test_an_editor_chooses_a_viewer_reads_a_stranger_finds_nothing(
    client: FlaskClient, path: str, team: Team, stranger: Person
):
    statuses = [client.post(path).status_code]
    for person in (team.editor, team.viewer, stranger):
        log_in(client, person)
        statuses += [client.post(path).status_code]

    assert statuses == [303, 303, 403, 404]


def test_the_form_says_what_each_way_of_counting_costs(owner: FlaskClient, path: str):
    assert TRADE_OFF in owner.get(path.removesuffix("/options")).text


def test_the_words_name_the_weakness_and_the_server_s_days():
    said = {line.name: line for line in option_lines(Options(counting="cookieless"), 395, "")}

    assert said["Visitors are told apart"].remark == WEAKNESS
    assert said["Email addresses are kept"].text == "395 days"


@pytest.mark.parametrize(
    ("confirms", "mail_url", "said"),
    [
        (True, "", "once email is set up"),
        (True, "smtp://mail.example.com", "on"),
        (False, "", "off"),
    ],
)
def test_nobody_reads_that_visitors_confirm_where_no_email_leaves(
    confirms: bool, mail_url: str, said: str
):
    lines = {line.name: line for line in option_lines(Options(confirms=confirms), 395, mail_url)}

    assert lines["Email confirmation"].text == said


def test_a_link_typed_without_its_scheme_gets_it(
    owner: FlaskClient, path: str, experiment: Experiment
):
    send(owner, path, link_label="Join us", link_url="chat.example.com/larder")

    assert chosen(experiment).link_url == "https://chat.example.com/larder"


def test_a_question_is_asked_once():
    with pytest.raises(NotAnOption):
        Options(questions=(FollowUpQuestion("Who?"), FollowUpQuestion("Who?", ("I", "You"))))


def test_without_cookies_a_test_has_one_variant(owner: FlaskClient, revision: Revision, team: Team):
    several = make_experiment(revision, team.editor, slug="several", variants=("Half the waste",))

    answer = send(owner, f"/experiments/{several.id}/options", counting="cookieless")

    assert answer.status_code == 422
    assert "Without cookies a test has one variant" in errors_of(answer.text)["counting"]
    assert chosen(several) == Options()


def test_a_variant_added_to_a_test_without_cookies_stops_the_start(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    change_options(experiment, team.editor, Options(counting="cookieless"))
    add_variant(experiment, team.editor, name="Six", weight=1, overrides={"headline": "Six"})

    with pytest.raises(NotReady, match="Without cookies a test has one variant"):
        make_checked(experiment, team.editor)


@pytest.mark.parametrize(
    "link",
    [
        "http://buy.example.com/",
        "javascript:alert(1)",
        "//buy.example.com",
        "https://localhost/",
        "https://buy.example.com@evil.example/",
        "https://buy.example.com\\@evil.example/",
        "https://buy.example.com/ https://evil.example",
        "https://buy.example.com/\r\nSet-Cookie: a=b",
        "https://buy.example.com/\n",
        "https://buy.example.com;script-src *",
        "https://buy.example.com,https://evil.example",
        'https://buy.example.com/"><script>',
        "https://bücher.example/",
        "https://buy.example.com:443443/",
        "https:///path",
        "https://buy.example.com/100%",
        "",
    ],
)
def test_what_is_no_plain_https_link_is_refused(link: str) -> None:
    assert find_link_fault(link).startswith("Enter an address like")


def test_a_link_without_end_is_refused() -> None:
    assert find_link_fault("https://buy.example.com/" + "x" * 500).startswith("This link has 524")


@pytest.mark.parametrize("end", ["", "/", "/p/7?id=7&a=%5B1%5D#now", "?q=a@b;c,d", ":8443/~x%2Fy"])
def test_a_link_leads_to_its_host_and_is_sent_as_it_is(end: str) -> None:
    link = f"https://Buy.example.com{end}"
    port = ":8443" if end.startswith(":") else ""

    assert find_link_fault(link) == ""
    assert host_of(link) == "buy.example.com"
    assert origin_of(link) == f"https://buy.example.com{port}"


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40))
def test_no_header_changes_a_link_that_is_taken(end: str) -> None:
    link = f"https://buy.example.com/{end}"
    if not find_link_fault(link):
        sent = dict(Response(headers={"Location": link}).get_wsgi_headers({}))
        assert sent["Location"] == link
