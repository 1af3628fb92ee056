"""Two people with one form open: nobody replaces what they have not read, and nothing is lost."""

import pytest
from flask.testing import FlaskClient

from tests.factories import Team, make_experiment
from tests.publishing.filling import Form, send
from wbtest.writing.models import Revision

pytestmark = pytest.mark.usefixtures("no_token_needed")
SAID = "Somebody else changed this after you opened it."
WORDS = ("Typed by the first", "Typed by the second")
FORMS = [
    ("edit", "who", WORDS),
    ("variants/price", "headline", WORDS),
    ("words", "thanks", WORDS),
    ("look", "accent", ("#0b5c8a", "#7a1f5c")),
    ("options", "question_1", WORDS),
]


@pytest.fixture
def pages(revision: Revision, team: Team) -> dict[str, str]:
    """The address of each form of a draft."""
    draft = make_experiment(revision, team.editor, slug="draft", variants=("Price",))
    return {name: f"/experiments/{draft.id}/{name}" for name, *_ in FORMS}


@pytest.mark.parametrize(("name", "field", "typed"), FORMS)
def test_who_saves_second_is_told_and_keeps_what_they_typed(
    owner: FlaskClient, pages: dict[str, str], name: str, field: str, typed: tuple[str, str]
):
    path, (first, second) = pages[name], typed
    opened = Form(owner.get(path).text)
    send(owner, path, **{field: first})
    told = owner.post(path, data=opened.with_changes({field: second}))
    between = owner.get(path).text
    again = owner.post(path, data=Form(told.text).values)

    assert (told.status_code, SAID in told.text, second in told.text) == (422, True, True)
    assert first in between
    assert again.status_code == 303
    assert second in owner.get(path).text


@pytest.mark.parametrize(("name", "field", "typed"), FORMS)
def test_two_clicks_on_save_are_one(
    owner: FlaskClient, pages: dict[str, str], name: str, field: str, typed: tuple[str, str]
):
    form = Form(owner.get(pages[name]).text).with_changes({field: typed[0]})

    assert [owner.post(pages[name], data=form).status_code for _ in range(2)] == [303, 303]


def test_another_fault_does_not_hide_that_it_changed(owner: FlaskClient, pages: dict[str, str]):
    path = pages["edit"]
    opened = Form(owner.get(path).text)
    send(owner, path, who="Typed by the first")
    faulty = owner.post(path, data=opened.with_changes({"who": ""}))

    told = owner.post(path, data=Form(faulty.text).with_changes({"who": "Typed by the second"}))

    assert (faulty.status_code, told.status_code, SAID in told.text) == (422, 422, True)
