"""Two texts of a release compared, an old one looked at, and what comes back of it."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.conftest import HandClock
from tests.factories import LARDER, make_release
from tests.writing.drafting import PAGES, draft, make_told, write
from wbtest.team.models import Person
from wbtest.writing.models import Release
from wbtest.writing.release_history import RestoreDoesNotFit, restore_version
from wbtest.writing.releases import grow_release
from wbtest.writing.saves import Text, find_text


@pytest.fixture
def release(owner: Person) -> Release:
    return make_release(owner)


@pytest.fixture
def told(owner: Person, now: HandClock) -> Release:
    return make_told(owner, now)


def test_two_texts_are_compared_word_by_word(client: FlaskClient, told: Release):
    page = client.get(f"/releases/{told.id}/versions?from=2&to=r1").text

    assert "Headline: 1 word added." in page
    assert '<ins><span class="visually-hidden" lang="en"> inserted: </span>seamless' in page
    assert "parts unchanged" in page


def test_days_are_compared_as_people_write_them(
    client: FlaskClient, release: Release, owner: Person, now: HandClock
):
    write(release, owner, now, dateline=replace(LARDER.dateline, date="2027-04-16"))

    page = client.get(f"/releases/{release.id}/versions?from=1&to=draft").text

    assert '<time datetime="2027-04-16" data-date>16 April 2027</time>' in page
    assert ">2027-04-16<" not in page


def test_each_part_asks_in_a_dialog_of_its_own(client: FlaskClient, told: Release):
    page = client.get(f"/releases/{told.id}/versions?from=1").text

    dialogs = re.findall(r'id="(ask-[^"]*)"', page)
    assert len(dialogs) == len(set(dialogs))
    for part in ("headline", "problem", "why_now"):
        assert f'action="/releases/{told.id}/restore?part={part}"' in page


def test_at_first_the_newest_revision_and_the_draft_are_chosen(client: FlaskClient, told: Release):
    page = client.get(f"/releases/{told.id}/versions").text

    assert '<option value="r2" selected>' in page
    assert '<option value="draft" selected>' in page


def test_markup_in_a_text_stays_text(
    client: FlaskClient, release: Release, owner: Person, now: HandClock
):
    write(release, owner, now, headline="<script>alert(1)</script>")

    for path in PAGES:
        assert "<script>alert" not in client.get(f"/releases/{release.id}/{path}").text


def test_a_text_runs_in_its_own_direction(
    client: FlaskClient, release: Release, owner: Person, now: HandClock
):
    write(release, owner, now, language="ar", headline="خمس وجبات")

    page = client.get(f"/releases/{release.id}/versions?from=1&to=draft").text

    assert 'lang="ar"\n       dir="rtl"' in page
    assert '<del lang="en">' in page


def test_a_text_that_never_was_is_not_found(client: FlaskClient, told: Release):
    for name in ("r9", "99", "0", "r", "-1", "x", "1.0", "١", "9" * 30):
        found = client.get(f"/releases/{told.id}/versions?from={name}&to=draft")
        back = client.post(f"/releases/{told.id}/restore", data={"text": name})

        assert (found.status_code, back.status_code, told.version) == (404, 404, 5)


def test_a_version_is_shown_in_full_and_can_be_restored(client: FlaskClient, told: Release):
    page = client.get(f"/releases/{told.id}/versions?to=2").text

    assert "Six dinners from your kitchen" in page
    assert f'action="/releases/{told.id}/restore"' in page
    assert '<input type="hidden" name="text" value="2">' in page
    assert client.get(f"/releases/{told.id}/versions?to=6").status_code == 404


@pytest.mark.parametrize(
    ("name", "headline"), [("2", "Six dinners"), ("r1", "Six seamless dinners")]
)
def test_an_old_text_comes_back_as_the_newest_draft(
    client: FlaskClient, told: Release, name: str, headline: str
):
    answer = client.post(f"/releases/{told.id}/restore", data={"text": name})

    assert (answer.status_code, answer.location) == (303, f"/releases/{told.id}")
    assert draft(told) == replace(LARDER, headline=f"{headline} from your kitchen")
    before = find_text(told, 5)
    assert before is not None
    assert before.document.why_now == "A law came."


def test_one_part_comes_back_alone(client: FlaskClient, told: Release):
    client.post(f"/releases/{told.id}/restore?part=problem", data={"text": "1"})

    now_said = draft(told)
    assert (now_said.problem, now_said.why_now) == (LARDER.problem, "A law came.")


def test_the_questions_of_one_audience_come_back_alone(release: Release, owner: Person):
    old = Text(replace(LARDER, faq=LARDER.faq[:1]), "full")

    restore_version(release, old, owner, "external")

    assert draft(release).faq == (LARDER.faq[0], *LARDER.faq[6:])


def test_questions_that_do_not_fit_beside_the_others_change_nothing(
    release: Release, owner: Person
):
    old = Text(replace(LARDER, faq=LARDER.faq[:1] * 199), "full")

    with pytest.raises(RestoreDoesNotFit, match="At most 200 fit"):
        restore_version(release, old, owner, "external")

    assert draft(release) == LARDER


def test_a_part_that_no_release_has_is_not_found(client: FlaskClient, told: Release):
    answer = client.post(f"/releases/{told.id}/restore?part=faq", data={"text": "1"})

    assert (answer.status_code, told.version) == (404, 5)


def test_a_full_release_never_shrinks(owner: Person):
    release = make_release(owner, form="short", solution="")
    grow_release(release, owner)
    first = find_text(release, 1)
    assert first is not None

    restore_version(release, first, owner)

    assert (release.form, draft(release).solution) == ("full", "")


def test_what_the_draft_says_already_is_no_save(release: Release, owner: Person):
    assert restore_version(release, Text(LARDER, "full"), owner) is None
    assert release.version == 1
