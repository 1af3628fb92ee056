"""What starting signs off beside the approved text, and that the person starting has seen it."""

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.factories import LARDER, Team, log_in, make_checked, make_experiment
from tests.publishing.filling import read_at_start
from wbtest.publishing.display import added_to, differences
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_copy import SECTIONS, build_copy
from wbtest.publishing.page_design import Look
from wbtest.publishing.page_settings import change_look, change_wording
from wbtest.writing.models import Revision


@pytest.fixture
def draft(revision: Revision, team: Team) -> Experiment:
    """A draft with a variant by the editor, and a look and small words by two people each."""
    experiment = make_experiment(revision, team.editor, variants=("Price",))
    for person, palette, said in ((team.owner, "dawn", "Hi"), (team.editor, "field", "Come in")):
        change_look(experiment, person, Look(palette=palette))
        change_wording(experiment, person, {"again": said})
    return experiment


def test_an_approved_text_alone_leaves_nothing_to_sign_off(revision: Revision, team: Team):
    assert added_to(make_experiment(revision, team.editor), team.owner) == []


def test_whose_words_and_look_these_are_is_said(draft: Experiment, team: Team):
    assert added_to(draft, team.owner) == [
        ("the words of “Price”", "by Editor"),
        ("labels: “Second form heading”", "by you and Editor"),
        ("the look", "by you and Editor"),
    ]


def test_what_an_earlier_page_had_is_nobody_s(draft: Experiment, revision: Revision, team: Team):
    another = make_experiment(revision, team.editor, slug="another")

    assert {each.by for each in added_to(another, team.owner)} == {
        "taken over from an earlier page"
    }


@pytest.mark.parametrize("name", ["", "/launch"])
def test_it_stands_beside_the_button_that_starts(
    name: str, client: FlaskClient, draft: Experiment, team: Team
):
    make_checked(draft, team.editor)
    log_in(client, team.approver)

    page = html.unescape(client.get(f"/experiments/{draft.id}{name}").text)

    told = re.search("By starting, you approve(.*)Start test", page, re.DOTALL)
    assert told is not None
    assert "the look, by Owner and Editor" in told[1]


def test_a_look_that_was_changed_after_it_was_seen_is_not_started(
    owner: FlaskClient, no_token_needed: None, draft: Experiment, team: Team
):
    make_checked(draft, team.editor)
    path = f"/experiments/{draft.id}"
    read = read_at_start(owner.get(path).text)
    change_look(draft, team.editor, Look(palette="night"))

    page = owner.post(f"{path}/start", data={"read": read}, follow_redirects=True).text

    assert "The draft changed after you opened this page." in page
    assert draft.state == "draft"


def test_a_look_that_stays_is_no_step(draft: Experiment, team: Team):
    before = len(draft.steps)

    change_look(draft, team.owner, Look(palette="field"))

    assert len(draft.steps) == before


ORDER = [*SECTIONS[-1:], *SECTIONS[:-1]]
TOLD = (
    "Questions · Problem · What people do today · Solution · The customer’s quote · Your quote · "
    "Why now"
)


def changed(**overrides: Any) -> dict[str, str]:
    """The new words of each part that a variant changes."""
    found = differences(build_copy(LARDER), build_copy(LARDER, overrides))
    return {name: "".join(run.text for run in runs if run.kind != "delete") for name, runs in found}


def test_the_approved_page_differs_in_nothing():
    assert changed() == {}


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"headline": "Half the waste"}, {"Headline": "Half the waste"}),
        ({"price": "Free"}, {"Price": "Free"}),
        ({"body": "One.\n\nTwo."}, {"Problem, today and solution": "One.\n\nTwo."}),
        ({"order": ORDER}, {"Order": TOLD}),
    ],
)
def test_each_part_that_differs_is_named_with_its_words(overrides, said):
    assert changed(**overrides) == said


def test_the_words_that_stayed_are_told_apart_from_those_that_went():
    [(_, runs)] = differences(
        build_copy(LARDER), build_copy(LARDER, {"cta_text": "Take two photos of your fridge."})
    )

    assert [run.kind for run in runs] == ["equal", "delete", "insert", "equal"]
