"""Looking at a variant beside the control: what is shown, and who may put it into a frame."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Team, make_experiment, make_revision, make_running
from wbtest.publishing.models import Experiment
from wbtest.writing.models import Revision

pytestmark = pytest.mark.usefixtures("no_token_needed")


@pytest.fixture
def draft(revision: Revision, team: Team) -> Experiment:
    return make_experiment(revision, team.editor, variants=("Photo",))


def path_of(experiment: Experiment, key: str = "photo") -> str:
    return f"/experiments/{experiment.id}/variants/{key}/preview"


def test_a_preview_shows_both_pages_and_marks_what_differs(owner: FlaskClient, draft: Experiment):
    answer = owner.get(path_of(draft))

    assert answer.text.count("<iframe") == 4
    assert "Photo" in re.search(r"<ins>.*?</ins>", answer.text, re.DOTALL)[0]
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    for url in re.findall(r'<iframe src="([^"]+)"', answer.text):
        framed = owner.get(url)
        assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in framed.headers["Content-Security-Policy"]


def test_only_a_member_can_put_a_preview_into_a_frame(
    owner: FlaskClient, revision: Revision, team: Team, app: Flask
):
    running = make_running(revision, team.editor, team.approver)
    page = owner.get(path_of(running, "control")).text
    url = re.search(r'<iframe src="([^"]+)"', page)[1]

    answer = app.test_client().get(url)

    assert answer.status_code == 200
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_preview_of_a_text_that_nobody_approved_shows_words_alone(team: Team, owner: FlaskClient):
    draft = make_experiment(make_revision(team.editor), team.editor, variants=("Photo",))

    page = owner.get(path_of(draft)).text

    assert "<iframe" not in page
    assert "once the text is approved" in page
