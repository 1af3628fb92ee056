"""Where a team hears the coach and answers it: preview, revision, and what it looks for."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import (
    log_in,
    make_approval,
    make_person,
    make_release,
    make_revision,
    make_stranger,
)
from wbtest.team.models import Person
from wbtest.writing.coach_report import coach_text, find_waivers, get_coach_settings
from wbtest.writing.document import CallToAction, Question
from wbtest.writing.models import Release
from wbtest.writing.releases import freeze

SEAMLESS = {"rule": "A7", "part": "solution", "words": "seamless", "reason": "It is a bag."}


@pytest.fixture
def release(owner: Person) -> Release:
    return make_release(owner, solution="A seamless <b>app</b>.")


def browser(app: Flask, person: Person) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    log_in(client, person)
    return client


def test_the_preview_marks_the_words_and_says_why(client: FlaskClient, release: Release):
    page = client.get(f"/releases/{release.id}/preview").text

    number = re.search(r'<span id="mark-(\d+)"></span><mark>seamless</mark>', page)
    assert number is not None
    assert f'id="finding-{number[1]}"' in page
    assert "“seamless” is a claim no customer would make." in page
    assert "&lt;b&gt;app&lt;/b&gt;" in page


def test_a_finding_is_waived_with_a_reason_and_taken_back(client: FlaskClient, release: Release):
    client.post(f"/releases/{release.id}/waive", data=SEAMLESS)
    page = client.get(f"/releases/{release.id}/preview").text
    (waiver,) = find_waivers(release).values()

    client.post(f"/waivers/{waiver.id}/take-back")

    assert "Kept because: “It is a bag.”" in page
    assert find_waivers(release) == {}


@pytest.mark.parametrize(("reason", "why"), [(" ", "Enter a reason"), ("x" * 1_001, "1,001")])
def test_a_reason_that_cannot_be_kept_comes_back_with_a_sentence(client, release, reason, why):
    answer = client.post(f"/releases/{release.id}/waive", data=SEAMLESS | {"reason": reason})

    assert answer.status_code == 422
    assert why in answer.text
    assert f">{reason}</textarea>" in answer.text
    assert find_waivers(release) == {}


def test_of_a_finding_that_is_gone_the_sentence_stands_above_the_others(client, release):
    gone = SEAMLESS | {"words": "no longer there", "reason": ""}

    answer = client.post(f"/releases/{release.id}/waive", data=gone)

    assert answer.status_code == 422
    assert "Enter a reason" in answer.text


def test_words_over_two_lines_are_waived_as_a_browser_sends_them(client, owner):
    release = make_release(owner, solution="It does:\n\n- this\n- that\n- more\n- all")
    page = client.get(f"/releases/{release.id}/preview").text
    words = re.search(r'value="A15">.*?name="words"\s+value="(.*?)"', page, re.DOTALL)[1]
    data = {"rule": "A15", "part": "solution", "words": words.replace("\n", "\r\n"), "reason": "!"}

    assert client.post(f"/releases/{release.id}/waive", data=data).status_code == 303


def test_only_an_approver_is_offered_to_waive_a_stop(app: Flask, owner: Person):
    release = make_release(owner, headline="Revolutionary dinners at home")
    editor = browser(app, make_person("ed@example.com", "editor"))
    approver = browser(app, make_person("ann@example.com", "approver"))
    path = f"/releases/{release.id}/preview"

    assert "Keep it anyway" not in editor.get(path).text
    assert "Keep it anyway" in approver.get(path).text


def test_every_link_to_words_leads_to_words(client: FlaskClient, owner: Person):
    long = "It is very easy and many say it is simple, " * 4 + "and so on it goes."
    texts = {"solution": f"{long}\n\n{long}", "segment": "everyone", "problem": "TBD"}
    page = client.get(f"/releases/{make_release(owner, **texts).id}/preview").text

    ids = re.findall(r'id="([^"]+)"', page)
    wanted = set(re.findall(r'href="#((?:mark|finding)-\d+)"', page))
    assert len(wanted) > 10
    assert wanted <= set(ids)
    assert len(set(ids)) == len(ids)


def test_findings_of_equal_words_are_told_apart(owner: Person):
    asked = [Question("external", text) for text in ("What is it?", "How much?")]
    release = make_release(owner, solution="Seamless, seamless.", faq=tuple(asked))

    found = [one for group in coach_text(release) for one in group.findings]

    assert len([one for one in found if one.finding.words.lower() == "seamless"]) > 1
    assert len([one for one in found if one.finding.rule.id == "F4"]) == len(asked)
    assert len({one.identity for one in found}) == len(found)


def test_one_rule_does_not_fill_the_page(client: FlaskClient, owner: Person):
    release = make_release(owner, solution="TBD " * 4_000)

    page = client.get(f"/releases/{release.id}/preview").text

    assert page.count("Rule A13") == 12
    assert "And 3988 more." in page


def test_an_approver_waives_on_the_page_of_the_revision(client: FlaskClient, owner: Person):
    revision = make_revision(owner, solution="A seamless app.")
    path = f"/releases/{revision.release_id}/revisions/{revision.number}"

    answer = client.post(f"{path}/waive", data=SEAMLESS)

    page = client.get(f"{path}?side=coach").text
    assert answer.status_code == 303
    assert "Kept because: “It is a bag.”" in page
    assert answer.location.startswith(f"{path}?side=coach#finding-")
    assert f'id="{answer.location.partition("#")[2]}"' in page


def text_of(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def test_what_stops_only_the_page_is_said_before_and_after_the_approval(client, owner):
    revision = make_revision(owner, form="short", call_to_action=CallToAction())
    draft = f"/releases/{revision.release_id}"

    coach = client.get(f"{draft}/revisions/1?side=coach").text
    before = text_of(client.get(f"{draft}/revisions/1").text)
    make_approval(revision, owner)
    after = client.get(f"{draft}/revisions/1").text

    assert "Rule C1" in coach
    assert "3 findings block the test:" in before
    assert "3 findings block the test:" in text_of(after)
    assert f"{draft}#part-call_to_action" in after
    assert "Create test" not in after


def test_a_text_whose_page_nothing_stops_is_ready_for_strangers(client, owner):
    revision = make_revision(owner)
    make_approval(revision, owner)

    page = client.get(f"/releases/{revision.release_id}/revisions/1").text

    assert "Create test" in page
    assert "block the test" not in page


def test_a_revision_that_is_not_there_is_not_found(client: FlaskClient, release: Release):
    assert client.post(f"/releases/{release.id}/revisions/7/waive").status_code == 404


def test_who_may_only_read_waives_nothing(app: Flask, release: Release):
    viewer = browser(app, make_person("vic@example.com", "viewer"))
    editor = browser(app, make_person("ed@example.com", "editor"))
    number = freeze(release, release.author).number

    assert viewer.post(f"/releases/{release.id}/waive", data=SEAMLESS).status_code == 403
    in_revision = f"/releases/{release.id}/revisions/{number}/waive"
    assert editor.post(in_revision, data=SEAMLESS).status_code == 403
    assert "Keep it anyway" not in viewer.get(f"/releases/{release.id}/preview").text


def test_strangers_find_no_waiver(app: Flask, client: FlaskClient, release: Release):
    client.post(f"/releases/{release.id}/waive", data=SEAMLESS)
    (waiver,) = find_waivers(release).values()
    eve = browser(app, make_stranger("eve@example.com"))

    assert eve.post(f"/waivers/{waiver.id}/take-back").status_code == 404
    assert eve.post(f"/releases/{release.id}/waive", data=SEAMLESS).status_code == 404
    assert list(find_waivers(release).values()) == [waiver]


def test_an_owner_tells_the_coach_how_they_write(client: FlaskClient, owner: Person):
    make_release(owner, solution="A seamless app with a Fridgeometer.")
    shown = {"jargon": "Fridgeometer\r\n\r\n synergon ", "allowed": "KWH", "used": ["S1"]}

    answer = client.post("/settings/coach", data=shown)

    assert answer.status_code == 303
    kept = get_coach_settings()
    assert (kept.jargon, kept.allowed) == (("Fridgeometer", "synergon"), ("KWH",))
    assert "S1" not in kept.muted
    assert "A1" in kept.muted


def test_at_first_every_rule_is_in_use(client: FlaskClient):
    page = client.get("/settings/coach").text

    assert page.count("checked") == page.count('type="checkbox"') > 1


def test_the_page_tells_what_stops_a_text_in_which_form_and_what_stops_its_page(client):
    page = client.get("/settings/coach").text.partition("Block approval</h2>")[2]
    any_form, _, rest = page.partition("Block approval of full press releases")
    full, _, start = rest.partition("Block the start of a test")

    assert re.findall(r"<li>(\w+):", any_form) == ["A11", "A13", "A14", "H1"]
    assert re.findall(r"<li>(\w+):", full) == ["A7", "S2", "P1", "Q1", "F1", "F3", "F4"]
    assert re.findall(r"<li>(\w+):", start) == ["C1", "F7"]


def test_what_stops_a_release_cannot_be_muted(client: FlaskClient, owner: Person):
    client.post("/settings/coach", data={"used": []})

    assert "H1" not in get_coach_settings().muted


def test_a_list_that_is_too_long_comes_back_with_a_sentence(client: FlaskClient):
    answer = client.post("/settings/coach", data={"jargon": "x" * 5_001})

    assert answer.status_code == 422
    assert "Use at most 5,000" in answer.text


def test_only_an_owner_changes_what_the_coach_looks_for(app: Flask, release: Release):
    editor = browser(app, make_person("ed@example.com", "editor"))

    assert editor.post("/settings/coach", data={"jargon": "x"}).status_code == 403
    assert 'name="jargon"' not in editor.get("/settings/coach").text


def test_what_nobody_knows_yet_is_listed_with_who_settles_it(client, owner, now):
    release = make_release(owner)
    path = f"/releases/{release.id}/preview"
    in_time = client.get(path).text

    now.turn(days=60)
    late = browser_of(client, owner).get(path).text

    assert "1 open question" in in_time
    assert "by 15 April 2027" in in_time
    assert "Overdue." not in in_time
    assert "Overdue." in late


def browser_of(client: FlaskClient, person: Person) -> FlaskClient:
    """The same browser, logged in again: the session of 60 days ago is over."""
    log_in(client, person)
    return client
