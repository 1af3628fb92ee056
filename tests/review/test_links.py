"""Review links: shown once, kept as a hash, over when their time is or somebody says so."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_release, make_revision
from tests.review.reviewing import mails, make_reading
from wbtest.extensions import db, runtime
from wbtest.review import review_requests
from wbtest.review.approvals import Stopped, stop_release
from wbtest.review.models import Reviewer
from wbtest.review.review_requests import (
    TooManyLinks,
    ask_for_review,
    find_round,
    links_of,
    make_link,
    renew_link,
    revoke_link,
)
from wbtest.review.reviewers import find_by_token, is_over
from wbtest.store import Invalid
from wbtest.writing.models import Revision


@pytest.fixture
def revision(team: Team) -> Revision:
    revision = make_revision(team.editor)
    ask_for_review(revision, team.editor)
    return revision


def ask_url(revision: Revision, rest: str = "") -> str:
    return f"/releases/{revision.release_id}/revisions/{revision.number}/ask{rest}"


def page_of(revision: Revision) -> str:
    return f"/releases/{revision.release_id}/revisions/{revision.number}"


def stored_words() -> str:
    """Everything that the database holds, as text."""
    tables = db.metadatas[None].tables.values()
    return "\n".join(str(row) for table in tables for row in db.session.execute(table.select()))


def test_a_link_is_a_seat_of_which_only_a_hash_is_kept(
    team: Team, revision: Revision, now: HandClock
):
    reviewer, token = make_link(revision.release, team.editor, " Mei  Lin ", "", 3)

    assert len(token) >= 22
    assert find_by_token(token) == reviewer
    assert (reviewer.name, reviewer.email) == ("Mei Lin", "")
    assert token not in stored_words()
    now.turn(days=3, seconds=-1)
    assert not is_over(reviewer)
    now.turn(seconds=1)
    assert is_over(reviewer)


def test_with_an_e_mail_the_link_is_mailed(team: Team, revision: Revision):
    _, token = make_link(revision.release, team.editor, "Mei", " Mei@Example.com ", 3)

    [mail] = mails()
    assert mail.recipient == "mei@example.com"
    assert f"\nhttp://localhost/review/{token}\n" in mail.body
    assert "works until 4 March 2027" in mail.body


def test_before_the_first_revision_the_mail_says_that_it_is_not_ready(team: Team):
    make_link(make_release(team.editor), team.editor, "Mei", "mei@example.com")

    assert "It isn’t ready yet" in mails()[0].body


def test_a_link_puts_the_newest_revision_up_for_review_with_its_message(team: Team):
    revision = make_revision(team.editor)

    make_link(revision.release, team.editor, "Mei", "mei@example.com", message="Is £4 fair?")

    asked = find_round(revision)
    assert asked is not None
    assert (asked.note, asked.opened_by) == ("Is £4 fair?", team.editor)
    [mail] = mails()
    assert mail.subject == "Editor wants your review of Larder, revision 1"
    assert mail.body.startswith("Editor writes:\n  Is £4 fair?\n")


def test_a_link_leaves_a_review_that_was_asked_for_as_it_is(team: Team, revision: Revision):
    ask_for_review(revision, team.editor, 15, "Mind the price.")

    make_link(revision.release, team.editor, "Mei", message="Another word.")

    asked = find_round(revision)
    assert asked is not None
    assert (asked.minutes, asked.note) == (15, "Mind the price.")


def test_nobody_is_invited_to_what_was_stopped(team: Team, revision: Revision):
    stop_release(revision, team.approver, "Nobody wants it.")

    with pytest.raises(Stopped):
        make_link(revision.release, team.editor, "Mei")


def test_what_makes_no_link_is_refused_at_its_field(team: Team, revision: Revision):
    bad: list[tuple[str, Any]] = [
        ("name", " "),
        ("name", "x" * 121),
        ("email", "mei"),
        ("days", 0),
        ("days", 61),
    ]

    for field, value in bad:
        with pytest.raises(Invalid) as refused:
            make_link(revision.release, team.editor, **({"name": "Mei"} | {field: value}))
        assert refused.value.field == field
    assert db.session.scalar(db.select(db.func.count(Reviewer.id))) == 0


def test_a_link_that_was_taken_back_is_over_at_once(team: Team, revision: Revision):
    reviewer, token = make_link(revision.release, team.editor, "Mei")

    revoke_link(reviewer)

    assert is_over(reviewer)
    assert find_by_token(token) == reviewer


def test_a_new_link_keeps_the_seat_and_closes_the_old_one(
    team: Team, revision: Revision, now: HandClock
):
    reviewer, old = make_link(revision.release, team.editor, "Mei", "mei@example.com", 1)
    now.turn(days=2)

    new = renew_link(reviewer, team.editor, 7)

    assert find_by_token(old) is None
    assert find_by_token(new) == reviewer
    assert not is_over(reviewer)
    assert f"/review/{new}\n" in mails()[-1].body


def test_a_release_has_room_for_so_many_open_links(
    team: Team, revision: Revision, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(review_requests, "MOST_LINKS", 2)
    first, _ = make_link(revision.release, team.editor, "Mei")
    make_link(revision.release, team.editor, "Tom")
    with pytest.raises(TooManyLinks):
        make_link(revision.release, team.editor, "Ola")

    revoke_link(first)
    make_link(revision.release, team.editor, "Ola")

    with pytest.raises(TooManyLinks):
        renew_link(first, team.editor)


def test_the_page_shows_a_new_link_once(client: Browser, team: Team, revision: Revision):
    log_in(client, team.editor)
    sent = {"name": "Mei", "email": "", "days": "3"}

    answer = client.send(ask_url(revision, "/links/new"), sent)
    first, second = client.get(answer.location).text, client.get(answer.location).text

    assert answer.status_code == 303
    [address] = re.findall(r">http://localhost(/review/[^<]+)<", first)
    assert "Shown only once." in first
    assert "http://localhost opens only on this computer." in first
    assert "/review/" not in second.replace("/review/style", "")
    assert client.get(address).location == f"{address}/1"


def test_a_bad_link_form_comes_back_with_what_was_typed(
    client: Browser, team: Team, revision: Revision
):
    log_in(client, team.editor)
    sent = {"name": "Mei", "email": "mei at home", "days": "3"}

    answer = client.send(ask_url(revision, "/links/new"), sent)

    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert 'value="mei at home"' in answer.text


def test_the_page_says_how_far_each_guest_is(client: Browser, team: Team, revision: Revision):
    log_in(client, team.editor)
    assert "No links yet." in client.get(page_of(revision)).text
    mei, _ = make_link(revision.release, team.editor, "Mei")
    make_reading(revision, mei, is_done=False)
    revoke_link(make_link(revision.release, team.editor, "Tom")[0])

    page = unescape(client.get(page_of(revision)).text)

    assert re.search(r"Mei</b>\s*<span[^>]*>Reading<", page)
    assert re.search(r"Tom</b>\s*<span[^>]*>Not opened<", page)
    assert "removed 1 March 2027" in page
    assert "valid until 15 March 2027" in page


def test_a_link_is_taken_back_and_renewed_on_the_page(
    client: Browser, team: Team, revision: Revision
):
    log_in(client, team.editor)
    reviewer, token = make_link(revision.release, team.editor, "Mei")

    client.send(ask_url(revision, f"/links/{reviewer.id}/revoke"))
    assert client.get(f"/review/{token}").status_code == 410
    answer = client.send(ask_url(revision, f"/links/{reviewer.id}/renew"))

    assert "Link for Mei" in client.get(answer.location).text
    assert client.get(f"/review/{token}").status_code == 404


def test_neither_a_member_nor_a_guest_of_another_release_is_a_link_here(
    client: Browser, team: Team, revision: Revision
):
    log_in(client, team.editor)
    other = make_revision(team.editor, headline="Soup")
    guest, token = make_link(other.release, team.editor, "Mei")
    member = make_reading(revision, team.viewer).reviewer_id

    for reviewer_id in (guest.id, member, 99):
        for verb in ("revoke", "renew"):
            answer = client.send(ask_url(revision, f"/links/{reviewer_id}/{verb}"))
            assert answer.status_code == 404
    assert find_by_token(token) == guest


def test_only_who_may_write_makes_and_closes_links(client: Browser, team: Team, revision: Revision):
    make_link(revision.release, team.editor, "Mei")
    log_in(client, team.viewer)

    for rest in ("/links/new", "/links/1/revoke", "/links/1/renew"):
        sent = {"name": "Tom", "email": "", "days": "3"}
        assert client.send(ask_url(revision, rest), sent).status_code == 403
        assert client.get(ask_url(revision, rest)).status_code in (403, 405)


def test_a_fresh_link_waits_for_the_page_of_its_release(
    client: Browser, team: Team, revision: Revision
):
    other = make_revision(team.editor, product="Kiln")
    log_in(client, team.editor)
    client.send(ask_url(revision, "/links/new"), {"name": "Mei", "days": "3"})

    assert "Link for Mei" not in client.get(page_of(other)).text
    assert "Link for Mei" in client.get(page_of(revision)).text
    assert "Link for Mei" not in client.get(page_of(revision)).text


def test_a_tick_lets_the_holder_of_a_link_read_our_own_questions(
    client: Browser, team: Team, revision: Revision
):
    log_in(client, team.editor)
    assert "sees internal questions" not in client.get(page_of(revision)).text
    for name, tick in (("Tom", {}), ("Mei", {"sees_internal": "y"})):
        client.send(ask_url(revision, "/links/new"), {"name": name, "days": "3", **tick})

    found = {link.name: link.sees_internal for link in links_of(revision.release)}
    assert found == {"Tom": False, "Mei": True}
    page = client.get(page_of(revision)).text
    assert page.count("sees internal questions") == 1


@pytest.mark.parametrize(
    ("mail_url", "said"),
    [
        ("", "Email isn’t set up, so send it yourself."),
        ("smtp://mail.example.com", "We’re emailing it to mei@example.com."),
    ],
)
def test_the_page_says_a_mail_is_on_its_way_only_when_one_can_be(
    app: Flask, client: Browser, team: Team, revision: Revision, mail_url: str, said: str
):
    runtime(app).settings = replace(runtime(app).settings, mail_url=mail_url)
    log_in(client, team.editor)
    sent = {"name": "Mei", "email": "mei@example.com", "days": "3"}

    answer = client.send(ask_url(revision, "/links/new"), sent)

    assert said in " ".join(client.get(answer.location).text.split())
