"""The team's pages of an experiment, and what search engines are told."""

import hashlib
import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import (
    Team,
    log_in,
    make_checked,
    make_experiment,
    make_revision,
    make_running,
)
from tests.statements import counted
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.writing.models import Revision

pytestmark = pytest.mark.usefixtures("no_token_needed")


def test_a_revision_that_is_not_there_is_not_found(owner: FlaskClient, revision: Revision):
    path = f"/releases/{revision.release_id}/revisions/2/experiment"

    assert owner.get(path).status_code == 404


def test_the_page_reads_the_rule_back(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)

    page = owner.get(f"/experiments/{experiment.id}").text

    assert "At least 8% of parents who cook on weeknights will leave an email address." in page
    assert "We write another draft, or stop." in page


def test_the_rate_hoped_for_is_among_the_details_of_the_rule(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_running(revision, team.editor, team.approver, hoped_for=0.1225)

    page = owner.get(f"/experiments/{experiment.id}").text

    assert re.search(r"<dt>Rate you hope for</dt>\s*<dd>\s*12.25%\s*</dd>", page)


def test_what_is_missing_is_listed_with_the_way_there(owner: FlaskClient, team: Team):
    revision = make_revision(team.editor)
    experiment = make_experiment(revision, team.editor)

    page = owner.get(f"/experiments/{experiment.id}").text
    answer = owner.post(f"/experiments/{experiment.id}/start")

    for text in (page, answer.text):
        assert "Revision 1 is not approved yet." in text
        assert f"/releases/{revision.release_id}/revisions/1" in text
        assert "Start test" not in text
    assert answer.status_code == 409


def test_two_clicks_on_start_are_one_start(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_checked(make_experiment(revision, team.editor), team.editor)
    path = f"/experiments/{experiment.id}/start"

    assert [owner.post(path).status_code for _ in range(2)] == [303, 303]

    assert "was started before" in owner.get(f"/experiments/{experiment.id}").text
    assert len(experiment.steps) == 2
    assert len(db.session.scalars(select(OutboxMail)).all()) == 2


def test_the_page_goes_through_its_states(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_running(revision, team.editor, team.approver)
    path = f"/experiments/{experiment.id}"
    said = [owner.get(path).text]

    for step in ("pause", "resume", "end"):
        assert owner.post(f"{path}/{step}", data={"why": "Enough seen."}).status_code == 303
        said.append(owner.get(path).text)

    titles = ("Page live", "Page paused", "Page live", "Page closed")
    for title, page in zip(titles, said, strict=True):
        assert title in page
    assert "Ended by Owner" in said[-1]


def test_beside_a_live_page_it_says_that_strangers_cannot_open_its_address(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_running(revision, team.editor, team.approver)

    page = owner.get(f"/experiments/{experiment.id}").text
    beside = page.partition("Page live")[2].partition("Started by")[0]

    assert "http://localhost opens only on this computer." in beside


def test_a_page_that_is_over_is_not_resumed(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_running(revision, team.editor, team.approver)
    lifecycle.end(experiment, team.owner)

    answer = owner.post(f"/experiments/{experiment.id}/resume")

    assert answer.status_code == 409
    assert "ended" in answer.text


def test_the_sealed_text_comes_byte_by_byte(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_running(revision, team.editor, team.approver)

    answer = owner.get(f"/experiments/{experiment.id}/seal.txt")

    assert answer.mimetype == "text/plain"
    assert hashlib.sha256(answer.data).hexdigest() == experiment.seal
    assert experiment.seal in owner.get(f"/experiments/{experiment.id}").text


def test_the_rule_of_a_started_experiment_has_no_form(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_running(revision, team.editor, team.approver)
    path = f"/experiments/{experiment.id}"
    answer = owner.post(f"{path}/edit")

    assert answer.status_code == 409
    assert "locked" in answer.text
    assert f"{path}/edit" not in owner.get(path).text


def test_a_test_that_runs_has_no_form_for_a_variant(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_running(revision, team.editor, team.approver)

    assert owner.get(f"/experiments/{experiment.id}?open=variants").status_code == 200


def test_a_draft_has_no_sealed_text(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)

    assert owner.get(f"/experiments/{experiment.id}/seal.txt").status_code == 404


def test_a_preview_is_offered_once_the_text_is_approved(
    owner: FlaskClient, revision: Revision, team: Team
):
    approved = make_experiment(revision, team.editor)
    other = make_experiment(make_revision(team.editor, product="Kiln"), team.editor, slug="kiln")

    assert "/p/larder?preview=" in owner.get(f"/experiments/{approved.id}/design").text
    assert "?preview=" not in owner.get(f"/experiments/{other.id}/design").text


def test_a_viewer_is_shown_no_button(client: FlaskClient, revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    log_in(client, team.viewer)

    page = client.get(f"/experiments/{experiment.id}").text

    assert "Change target" not in page
    assert "Start test" not in page
    assert "Starting is up to Approver or Owner." in page
    assert "Delete draft" not in page


@pytest.mark.parametrize("hostile", ['"><svg onload=alert(1)>', "{{ 7*7 }}", "</textarea><script>"])
def test_what_was_typed_is_never_markup(
    hostile: str, owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor, variants=(hostile,), who=hostile)
    path = f"/experiments/{experiment.id}"
    pages = (path, f"{path}/variants/{experiment.variants[1].key}")

    for text in (owner.get(page).text for page in pages):
        assert hostile in html.unescape(text)
        assert "<svg onload" not in text
        assert "<script>" not in text


def test_robots_may_read_the_test_pages_alone(client: FlaskClient, app: Flask):
    answer = client.get("/robots.txt")

    assert answer.mimetype == "text/plain"
    assert answer.text.splitlines() == [
        "User-agent: *",
        "Allow: /p/",
        "Disallow: /",
        "Sitemap: http://localhost/sitemap.xml",
    ]


def test_the_sitemap_lists_the_pages_that_are_open(
    client: FlaskClient, revision: Revision, team: Team
):
    make_running(revision, team.editor, team.approver)
    make_experiment(revision, team.editor, slug="draft")
    lifecycle.pause(make_running(revision, team.editor, team.approver, slug="resting"), team.owner)

    answer = client.get("/sitemap.xml")

    assert answer.mimetype == "application/xml"
    assert re.findall("<loc>(.*)</loc>", answer.text) == ["http://localhost/p/larder"]


def test_the_sitemap_takes_one_question_however_many_pages_are_open(
    client: FlaskClient, revision: Revision, team: Team, monkeypatch: pytest.MonkeyPatch
):
    for slug in ("first", "second", "third"):
        make_running(revision, team.editor, team.approver, slug=slug)
    monkeypatch.setattr("wbtest.publishing.experiments.MOST_ADDRESSES", 2)

    with counted() as asked:
        page = client.get("/sitemap.xml").text

    assert len([each for each in asked if each.startswith("SELECT")]) == 1
    assert re.findall("/p/(.*)</loc>", page) == ["first", "second"]


def test_what_is_looked_up_now_and_then_is_folded(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_running(revision, team.editor, team.approver)
    lifecycle.pause(experiment, team.approver, "The price is wrong.")

    page = owner.get(f"/experiments/{experiment.id}").text

    assert "Page paused" in page
    assert re.search(r"Paused by Approver, .*: The price is wrong\.", page)
    assert re.findall(r'<details class="fold" id="(\w+)">', page) == ["form", "history", "seal"]


def test_a_deleted_draft_leaves_an_approved_text(
    owner: FlaskClient, revision: Revision, team: Team
):
    path = f"/experiments/{make_experiment(revision, team.editor).id}"
    assert "Delete draft" in owner.get(path).text

    page = owner.post(f"{path}/delete", follow_redirects=True).text

    assert "Draft deleted. /p/larder is free again." in page
    assert "Approved" in page
    assert owner.get(path).status_code == owner.post(f"{path}/delete").status_code == 404


def test_a_started_experiment_is_not_deleted(owner: FlaskClient, revision: Revision, team: Team):
    path = f"/experiments/{make_running(revision, team.editor, team.approver).id}"

    answer = owner.post(f"{path}/delete")

    assert answer.status_code == 409
    assert "This test has started, so you can’t delete it." in answer.text
    assert "Delete draft" not in owner.get(path).text
