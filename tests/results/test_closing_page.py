"""Emailing the sign-ups and deleting their data: who may, what it says, and that it sends once."""

import re
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.audience.addresses import leave_addresses
from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_decision, make_running
from tests.results.conftest import Start
from tests.results.crowd import count_days, count_machines
from wbtest.audience.models import Signup
from wbtest.audience.outcome_mail import queue_outcome_mails
from wbtest.audience.quality_counts import two_variants
from wbtest.audience.retention import finish_purges, purge
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import clock, db, runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_strings import strings_for
from wbtest.results.network_checking import check_all_networks
from wbtest.store import writing
from wbtest.writing.models import Revision

NO = {
    "en": "decided not to build it",
    "de": "es nicht",
    "fr": "décidé de ne pas le créer",
    "es": "decidido no crearlo",
    "ja": "作らないことに決めました",
    "ar": "قررنا ألا نصنعه",
}
SENT = {"text": "We build it. It comes in May.", "is_read": "y"}


@pytest.fixture
def ended(revision: Revision, team: Team, now: HandClock) -> Experiment:
    """A test that is over, with a week of visitors, three of whom confirmed and one did not."""
    experiment = make_running(revision, team.editor, team.approver, variants=("Kitchen",))
    for variant in ("control", "kitchen"):
        count_days(experiment, range(7), variant, seen=40, converted=4)
    count_machines(experiment, 11)
    leave_addresses(experiment, 3)
    leave_addresses(experiment, 1, email="pending", confirmed_us=None)
    now.turn(days=9)
    return lifecycle.end(experiment, team.approver)


@pytest.fixture
def decided(ended: Experiment, team: Team) -> Experiment:
    make_decision(ended, team.approver, team.owner, "stop", "Too few wanted it to go on.")
    return ended


@pytest.fixture
def approver(client: Browser, team: Team) -> Browser:
    log_in(client, team.approver)
    return client


@pytest.fixture
def owner(client: Browser, team: Team) -> Browser:
    log_in(client, team.owner)
    return client


def place(experiment: Experiment) -> str:
    return f"/experiments/{experiment.id}/closing"


def page_of(client: Browser, experiment: Experiment) -> str:
    return unescape(client.get(f"/experiments/{experiment.id}/decision").text)


def letters() -> int:
    db.session.rollback()
    ours = OutboxMail.subject.contains("what we decided")
    return db.session.scalar(sa.select(sa.func.count(OutboxMail.id)).where(ours)) or 0


@pytest.mark.parametrize("role", ["viewer", "editor", "approver", "owner"])
def test_an_approver_closes_the_loop_and_an_owner_purges(role, decided, client, team):
    log_in(client, getattr(team, role))
    may = {"viewer": (403, 403), "editor": (403, 403), "approver": (303, 403), "owner": (303, 303)}

    told = client.send(place(decided), SENT)
    purged = client.send(f"/experiments/{decided.id}/purge", {"slug": "larder"})

    assert (told.status_code, purged.status_code) == may[role]


def test_before_the_end_and_before_the_decision_it_says_the_next_step(
    begin: Start, team: Team, approver: Browser
):
    experiment = begin()
    assert "Once the test has ended and you’ve decided." in page_of(approver, experiment)
    lifecycle.end(experiment, team.approver)

    assert "Once the test has ended and you’ve decided." in page_of(approver, experiment)
    answer = approver.send(place(experiment), SENT, follow_redirects=True)
    assert "Decide go, iterate or stop first." in answer.text
    assert experiment.last_letter_at is None


def test_it_proposes_a_text_shows_the_mail_and_says_how_many_get_it(decided, approver):
    page = page_of(approver, decided)

    assert page.count("We’ve decided not to build it.") == 2
    assert "Send to 3 people" in page
    assert "1 unconfirmed" in page
    assert "Kept until 8 April 2028" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "Larder: what we decided" in page


@pytest.mark.parametrize(("language", "no"), NO.items())
def test_an_iterate_answers_yes_or_no_as_visitors_were_promised(language: str, no: str):
    strings = strings_for(language)

    assert no in strings.closing_stop
    assert no in strings.closing_iterate


def test_without_a_mail_server_it_says_when_the_emails_go_out(app: Flask, decided, approver):
    object.__setattr__(runtime(app).settings, "mail_url", "")
    before = page_of(approver, decided)
    approver.send(place(decided), SENT)

    assert "Email isn’t set up. They’ll go out once it is." in before
    assert "Email isn’t set up. These emails are waiting." in page_of(approver, decided)


def test_looking_at_the_mail_sends_nothing(decided, approver):
    typed = {"text": "We build it, in <May>.", "preview": "1"}

    answer = approver.send(place(decided), typed)

    assert answer.status_code == 200
    assert answer.text.count("We build it, in &lt;May&gt;.") == 2
    assert decided.last_letter_at is None


def test_a_mail_that_nobody_read_is_not_sent_and_nothing_typed_is_lost(decided, approver):
    answer = approver.send(place(decided), {"text": SENT["text"]})

    assert answer.status_code == 422
    assert "then tick this box" in answer.text
    assert answer.text.count(SENT["text"]) == 2
    assert decided.last_letter_at is None


def test_a_mail_without_words_comes_back_with_a_sentence(decided, approver):
    answer = approver.send(place(decided), {"text": "Go.", "is_read": "y"})

    assert answer.status_code == 422
    assert "Say what you decided, in a sentence or more." in answer.text


def test_a_double_click_sends_once_and_the_page_says_how_far_it_is(decided, approver, now):
    first = approver.send(place(decided), SENT)
    second = approver.send(place(decided), SENT)
    assert (first.status_code, second.status_code) == (303, 303)
    assert "Emails were queued for 0 of 3 people." in page_of(approver, decided)

    queue_outcome_mails(now())
    queue_outcome_mails(now())

    assert letters() == 3
    assert "Emails were queued for all 3 people." in page_of(approver, decided)


@pytest.fixture
def told(decided: Experiment, owner: Browser, now: HandClock, team: Team) -> Experiment:
    """The loop is closed, and every mail has left."""
    owner.send(place(decided), SENT)
    now.turn(days=1)
    queue_outcome_mails(now())
    with writing() as session:
        session.execute(sa.update(OutboxMail).values(state="sent"))
    log_in(owner, team.owner)
    return decided


def test_the_purge_wants_the_address_typed(told, owner):
    answer = owner.send(f"/experiments/{told.id}/purge", {"slug": "lard"})

    assert answer.status_code == 422
    assert "Type larder to delete" in answer.text
    assert told.purged_at is None


def test_the_purge_is_decided_at_once_and_the_page_says_how_far_it_is(told, owner, now):
    answer = owner.send(f"/experiments/{told.id}/purge", {"slug": "/p/larder"})

    assert answer.status_code == 303
    begun = page_of(owner, told)
    assert "0 of 4 rows deleted" in begun
    assert "Delete now" not in begun
    assert "p0@x.io" not in owner.get(f"/experiments/{told.id}/signups").text
    finish_purges(now())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Signup)) == 0
    assert "Nothing about this test’s visitors is kept." in page_of(owner, told)


def test_every_page_and_every_figure_is_the_same_after_the_purge(
    app: Flask, decided: Experiment, owner: Browser
):
    leave_addresses(decided, 1, email="twice", other_variant="kitchen")
    tabs = ("over-time", "visitors", "statistics")
    pages = ("results", "results.json", *(f"results/{tab}" for tab in tabs))
    tables = ("days", "variants", "sources", "evidence", "excluded")
    paths = [*pages, *(f"results.csv?table={name}" for name in tables)]
    # As the worker does once a minute.
    check_all_networks(clock.now())
    before = {path: figures(owner, decided, path) for path in paths}

    purge(decided)

    assert {path: figures(owner, decided, path) for path in paths} == before
    assert two_variants(decided) == 1
    assert "40" in before["results.csv?table=days"]
    assert "The sign-ups are deleted" in owner.get(f"/experiments/{decided.id}/signups").text


def figures(client: Browser, experiment: Experiment, path: str) -> str:
    """The body of a page, without what differs each time it is printed.

    Nor what a purge changes on purpose: a note says so, and no group can be set aside any more.
    """
    answer = client.get(f"/experiments/{experiment.id}/{path}")
    assert answer.status_code == 200
    changing = (
        r'<p class="note ?">Visitor data was deleted on [^<]*</p>'
        r'|<p>\s*<a href="[^"]*#set-aside">Set a group of visits aside</a>\s*</p>'
        r'|nonce="[^"]*"|name="csrf_token" value="[^"]*"|\s'
    )
    return re.sub(changing, "", answer.text)
