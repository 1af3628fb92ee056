"""Two people with one form open: nobody replaces what they have not read, and nothing is lost."""

import pytest
from flask.testing import FlaskClient

from tests.factories import Team, make_experiment, make_running
from tests.publishing.filling import Form, send
from wbtest.publishing.running import phases
from wbtest.writing.models import Revision

pytestmark = pytest.mark.usefixtures("no_token_needed")
SAID = "Somebody else changed this after you opened it."
FORMS = [
    ("edit", "who"),
    ("variants/price", "headline"),
    ("words", "thanks"),
    ("options", "question_1"),
    ("phase/variants/fresh", "subheading"),
]


@pytest.fixture
def pages(revision: Revision, team: Team) -> dict[str, str]:
    """The address of each form, of a draft or of a running experiment."""
    draft = make_experiment(revision, team.editor, slug="draft", variants=("Price",))
    runs = make_running(revision, team.editor, team.approver)
    phases.write_variant(runs, team.editor, name="Fresh", overrides={"headline": "Fresh"})
    ids = {name: runs.id if name.startswith("phase") else draft.id for name, _ in FORMS}
    return {name: f"/experiments/{ids[name]}/{name}" for name, _ in FORMS}


@pytest.mark.parametrize(("name", "field"), FORMS)
def test_who_saves_second_is_told_and_keeps_what_they_typed(
    owner: FlaskClient, pages: dict[str, str], name: str, field: str
):
    path = pages[name]
    opened = Form(owner.get(path).text)
    send(owner, path, **{field: "Typed by the first"})
    told = owner.post(path, data=opened.with_changes({field: "Typed by the second"}))
    between = owner.get(path).text
    again = owner.post(path, data=Form(told.text).values)

    assert (told.status_code, SAID in told.text, "Typed by the second" in told.text) == (
        422, True, True,
    )  # fmt: skip
    assert "Typed by the first" in between
    assert again.status_code == 303
    assert "Typed by the second" in owner.get(path).text


@pytest.mark.parametrize(("name", "field"), FORMS)
def test_two_clicks_on_save_are_one(
    owner: FlaskClient, pages: dict[str, str], name: str, field: str
):
    typed = Form(owner.get(pages[name]).text).with_changes({field: "Typed once"})

    assert [owner.post(pages[name], data=typed).status_code for _ in range(2)] == [303, 303]


def test_another_fault_does_not_hide_that_it_changed(owner: FlaskClient, pages: dict[str, str]):
    path = pages["edit"]
    opened = Form(owner.get(path).text)
    send(owner, path, who="Typed by the first")
    faulty = owner.post(path, data=opened.with_changes({"who": ""}))

    told = owner.post(path, data=Form(faulty.text).with_changes({"who": "Typed by the second"}))

    assert (faulty.status_code, told.status_code, SAID in told.text) == (422, 422, True)
