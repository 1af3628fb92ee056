"""Shared links: made by who may, shown once, kept as a hash, over when their time is."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_experiment
from tests.results.conftest import Start
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results import shared_links
from wbtest.results.figures import NotStarted
from wbtest.results.models import SharedLink
from wbtest.results.shared_links import (
    TooManyShared,
    create_shared_link,
    find_shared_link,
    is_over,
    note_opened,
    renew_shared_link,
    revoke_shared_link,
    shared_links_of,
)
from wbtest.store import Invalid
from wbtest.team.models import Person
from wbtest.writing.models import Revision

PASSWORD = "three quiet words"
POSTS = ("/new", "/1/renew", "/1/revoke")


@pytest.fixture
def experiment(begin: Start) -> Experiment:
    return begin()


def share_url(experiment: Experiment, rest: str = "") -> str:
    return f"/experiments/{experiment.id}/share{rest}"


def stored_words() -> str:
    """Everything that the database holds, as text."""
    tables = db.metadatas[None].tables.values()
    return "\n".join(str(row) for table in tables for row in db.session.execute(table.select()))


def test_neither_token_nor_password_is_kept(team: Team, experiment: Experiment):
    link, token = create_shared_link(experiment, team.approver, " our  investor ", 3, PASSWORD)

    assert (link.number, link.label) == (1, "our investor")
    assert len(token) >= 22
    assert find_shared_link(token) == link
    assert token not in stored_words()
    assert PASSWORD not in stored_words()
    assert link.password_hash.startswith("$argon2id$")


def test_a_link_is_over_by_the_clock_or_when_somebody_says_so(
    team: Team, experiment: Experiment, now: HandClock
):
    first, _ = create_shared_link(experiment, team.approver, "Mei", 3)
    second, _ = create_shared_link(experiment, team.approver, "Tom", 3)

    revoke_shared_link(second, team.owner)
    now.turn(days=3, seconds=-1)
    assert (is_over(first), is_over(second)) == (False, True)
    now.turn(seconds=1)
    assert is_over(first)


def test_a_new_address_closes_the_old_one_and_keeps_the_rest(
    team: Team, experiment: Experiment, now: HandClock
):
    link, old = create_shared_link(experiment, team.approver, "Mei", 1, PASSWORD)
    before = link.password_hash
    now.turn(days=2)

    new = renew_shared_link(link, team.owner)

    assert find_shared_link(old) is None
    assert find_shared_link(new) == link
    assert not is_over(link)
    assert (link.label, link.password_hash) == ("Mei", before)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("label", " "),
        ("label", "x" * 81),
        ("days", 0),
        ("days", 91),
        ("password", "short"),
    ],
)
def test_what_makes_no_link_is_refused_at_its_field(
    team: Team, experiment: Experiment, field: str, value: Any
):
    with pytest.raises(Invalid) as refused:
        create_shared_link(experiment, team.approver, **({"label": "Mei"} | {field: value}))

    assert refused.value.field == field
    assert shared_links_of(experiment) == []


def test_an_experiment_has_room_for_so_many_open_links(
    team: Team, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared_links, "MOST_LINKS", 2)
    first, _ = create_shared_link(experiment, team.approver, "Mei")
    create_shared_link(experiment, team.approver, "Tom")
    with pytest.raises(TooManyShared):
        create_shared_link(experiment, team.approver, "Ola")

    revoke_shared_link(first, team.approver)
    create_shared_link(experiment, team.approver, "Ola")

    with pytest.raises(TooManyShared):
        renew_shared_link(first, team.approver)


def test_a_draft_has_nothing_to_share(client: Browser, team: Team, revision: Revision):
    draft = make_experiment(revision, team.editor)
    log_in(client, team.approver)

    with pytest.raises(NotStarted):
        create_shared_link(draft, team.approver, "Mei")
    assert "Nothing to share before the start" in client.get(share_url(draft)).text
    sent = {"label": "Mei", "days": "3"}
    assert client.send(share_url(draft, "/new"), sent).status_code == 409


def test_openings_are_counted_by_the_day_of_the_test(team: Team, begin: Start, now: HandClock):
    link, _ = create_shared_link(begin(time_zone="Asia/Kathmandu"), team.approver, "Mei")

    now.turn(hours=10)
    note_opened(link)
    note_opened(link)

    # 19:00 in UTC is a quarter to one of the next day there.
    assert (link.opened, link.opened_on) == (2, date(2027, 3, 2))


def test_the_page_shows_a_new_link_once(client: Browser, team: Team, experiment: Experiment):
    log_in(client, team.approver)
    sent = {"label": "our investor", "days": "3", "password": ""}

    answer = client.send(share_url(experiment, "/new"), sent)
    first, second = client.get(answer.location).text, client.get(answer.location).text

    assert answer.status_code == 303
    [address] = re.findall(r">http://localhost(/shared/[^<]+)<", first)
    assert "it’s shown only once" in first
    assert "/shared/" not in second
    assert client.get(address).status_code == 200


def test_the_list_says_until_when_and_how_often_a_link_was_opened(
    client: Browser, team: Team, experiment: Experiment
):
    create_shared_link(experiment, team.approver, "our investor", 3, PASSWORD)
    tom, _ = create_shared_link(experiment, team.owner, "Tom", 5)
    note_opened(tom)
    log_in(client, team.viewer)

    page = " ".join(client.get(share_url(experiment)).text.split())

    assert "until 4 March 2027 · with a password · Approver · not opened yet" in page
    assert "until 6 March 2027 · Owner · opened once, last on 1 March 2027" in page


def test_a_bad_form_comes_back_with_what_was_typed(
    client: Browser, team: Team, experiment: Experiment
):
    log_in(client, team.approver)
    sent = {"label": "our investor", "days": "soon", "password": PASSWORD}

    answer = client.send(share_url(experiment, "/new"), sent)

    assert answer.status_code == 422
    assert 'id="days-error"' in answer.text
    assert 'value="our investor"' in answer.text
    assert PASSWORD not in answer.text


@pytest.mark.parametrize("role", ["viewer", "editor", "approver", "owner"])
def test_who_approves_makes_and_closes_links_and_others_look(
    role: str, client: Browser, team: Team, experiment: Experiment
):
    create_shared_link(experiment, team.approver, "Mei")
    log_in(client, getattr(team, role))
    may = role in ("approver", "owner")

    page = client.get(share_url(experiment))

    assert page.status_code == 200
    assert ('name="label"' in page.text) == may
    assert ("Remove access…" in page.text) == may
    for rest in POSTS:
        answer = client.send(share_url(experiment, rest), {"label": "Tom", "days": "3"})
        assert answer.status_code == (303 if may else 403)


def test_a_stranger_finds_no_links_and_nobody_is_asked_to_log_in(
    client: Browser, team: Team, stranger: Person, experiment: Experiment
):
    link, token = create_shared_link(experiment, team.approver, "Mei")
    assert client.get(share_url(experiment)).location.startswith("/login?")
    assert client.send(share_url(experiment, "/1/revoke")).location.startswith("/login?")
    log_in(client, stranger)

    assert client.get(share_url(experiment)).status_code == 404
    for rest in POSTS:
        sent = {"label": "Tom", "days": "3"}
        assert client.send(share_url(experiment, rest), sent).status_code == 404
    assert find_shared_link(token) == link
    assert not is_over(link)


def test_a_link_of_another_experiment_is_none_here(
    app: Flask, client: Browser, team: Team, begin: Start
):
    first, second = begin(slug="first"), begin(slug="second")
    create_shared_link(first, team.approver, "Mei")
    log_in(client, team.approver)

    assert client.send(share_url(second, "/1/revoke")).status_code == 404
    assert not is_over(db.session.scalars(db.select(SharedLink)).one())


def test_a_fresh_link_waits_for_the_page_of_its_experiment(
    client: Browser, team: Team, begin: Start
):
    first, second = begin(slug="first"), begin(slug="second")
    create_shared_link(second, team.approver, "Ola")
    log_in(client, team.approver)
    client.send(share_url(first, "/new"), {"label": "Mei", "days": "3"})

    assert "shown only once" not in client.get(share_url(second)).text
    assert "The link “Mei”" in client.get(share_url(first)).text
