"""Without a mail server nobody is told to open a mail, and nobody is lost."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.audience.larder import (
    RULE,
    Larder,
    Visitor,
    draft_page,
    mails,
    signups,
    start_page,
    words_in,
)
from tests.conftest import HandClock
from tests.factories import log_in, make_person
from wbtest.audience.erasure import erase_unconfirmed
from wbtest.audience.outcome_mail import count_recipients
from wbtest.config import Settings
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.display import preview_token
from wbtest.publishing.launch_readiness import news_since_check, situation_of
from wbtest.publishing.page_strings import LANGUAGES, strings_for
from wbtest.publishing.sealing import sealed_rule
from wbtest.results.signup_list import mailing_rows, signup_records, signup_rows
from wbtest.results.signup_list import signups as listed
from wbtest.store import writing
from wbtest.team.settings import announce_change

SERVER = "smtp://127.0.0.1:1"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, mail_url="")


def set_mail_server(app: Flask, url: str) -> None:
    """What a restart with another WBTEST_MAIL_URL does."""
    object.__setattr__(runtime(app).settings, "mail_url", url)
    with writing():
        announce_change()


def let_mails_leave() -> None:
    with writing() as session:
        session.execute(sa.update(OutboxMail).values(state="sent"))


def emails(app: Flask) -> list[str]:
    return sorted(row.email for row in signups(app))


def test_the_thanks_page_asks_nobody_to_open_a_mail(app, mia):
    thanks = words_in(mia.get(mia.sign_up(mia.get(), "mia@x.io").location))

    assert "Thanks, you’re on the list." in thanks
    assert strings_for("en").thanks_confirm not in thanks
    assert mails(app, "mia@x.io") == []


def test_with_a_mail_server_it_does(app, mia):
    set_mail_server(app, SERVER)

    thanks = words_in(mia.get(mia.sign_up(mia.get(), "mia@x.io").location))

    assert strings_for("en").thanks_confirm in thanks
    assert len(mails(app, "mia@x.io")) == 1


def test_the_waiting_list_asks_nobody_to_open_a_mail(app, ended_without_mail):
    larder = ended_without_mail
    lifecycle.choose_afterwards(
        larder.experiment, larder.approver, "open", waiting_variant="control"
    )
    visitor = Visitor(app)

    thanks = words_in(visitor.get(visitor.sign_up(visitor.get(), "mia@x.io").location))

    assert "You’re on the waiting list." in thanks
    assert strings_for("en").thanks_confirm not in thanks
    assert mails(app, "mia@x.io") == []


@pytest.fixture
def ended_without_mail(app: Flask, larder: Larder) -> Larder:
    lifecycle.end(larder.experiment, larder.approver)
    return larder


def test_a_try_asks_nobody_to_open_a_mail_and_is_not_taken_for_one_that_left(app):
    draft = draft_page()
    member = Visitor(app)
    log_in(member.browser, draft.editor)
    token = preview_token(draft.experiment, "control")

    answer = member.post(f"/p/larder/signup?preview={token}", {"email": draft.editor.email})

    assert strings_for("en").thanks_confirm not in words_in(member.get(answer.location))
    assert mails(app, draft.editor.email) == []
    assert situation_of(draft.experiment).tried == "unmailed"


def test_nobody_is_erased_for_not_confirming_what_was_not_asked(app, mia, now: HandClock):
    mia.sign_up(mia.get(), "mia@x.io")
    now.turn(days=60)

    erase_unconfirmed(now())
    set_mail_server(app, SERVER)
    erase_unconfirmed(now())

    assert emails(app) == ["mia@x.io"]


def test_the_files_hold_each_sign_up_with_its_consent(app, mia, larder: Larder, now: HandClock):
    mia.sign_up(mia.get(), "mia@x.io")
    now.turn(days=60)
    erase_unconfirmed(now())

    def people():
        return listed(larder.experiment, sealed_rule(larder.experiment))

    headings, row = signup_rows(people())
    cells = dict(zip(headings, row, strict=True))
    [record] = signup_records(people())
    _, (address, *_) = mailing_rows(people(), "larder")
    assert (cells["email"], cells["asked_to_confirm"]) == ("mia@x.io", "no")
    assert cells["at"].startswith("2027-03-01T09:00")
    assert cells["consent"].endswith("[Start with one photo]")
    assert len(cells["page_version"]) == 64
    assert cells["variant"]
    assert record["asked_to_confirm"] is False
    assert address == "mia@x.io"


def test_everybody_hears_the_decision_once_there_is_a_server(app, mia, larder: Larder):
    mia.sign_up(mia.get(), "mia@x.io")
    lifecycle.end(larder.experiment, larder.approver)
    set_mail_server(app, SERVER)

    assert count_recipients(larder.experiment).to_tell == 1


def test_the_privacy_page_says_what_happens_without_a_link_to_leave(app, larder: Larder):
    page = words_in(Visitor(app).get("/p/larder/privacy"))

    assert "confirm" not in page
    assert "You can withdraw it at any time: write to" in page
    assert "by the link in each email" not in page


def test_the_privacy_page_of_a_server_with_mail_names_the_link_and_the_days(app, larder: Larder):
    set_mail_server(app, SERVER)

    page = words_in(Visitor(app).get("/p/larder/privacy"))

    assert "You can withdraw it at any time with the link in each email, or by writing to" in page
    assert "If we ask you to confirm your email when you first sign up and you don’t" in page


def test_the_closed_page_says_how_long_an_email_is_kept_and_whom_to_write_to(
    app, ended_without_mail
):
    page = words_in(Visitor(app).get("/p/larder"))

    assert "We keep your email until 30 March 2028 at the latest." in page
    assert "to confirm" not in page
    assert "To have it deleted sooner, write to" in page


@pytest.mark.parametrize("code", sorted(file.stem for file in LANGUAGES.glob("*.toml")))
def test_each_language_says_it(app, code):
    larder = start_page(language=code)
    strings = strings_for(code)

    privacy = words_in(Visitor(app).get("/p/larder/privacy"))
    lifecycle.end(larder.experiment, larder.approver)
    ended = words_in(Visitor(app).get("/p/larder"))

    assert strings.withdraw_by_writing.partition("{")[0].strip() in privacy
    assert strings.ended_unmailed.partition("{")[0].strip() in ended


def test_the_visitor_settings_say_that_nobody_is_asked(app):
    draft = draft_page()
    member = Visitor(app)
    log_in(member.browser, draft.editor)

    page = words_in(member.get(f"/experiments/{draft.experiment.id}"))

    assert "Email isn’t set up, so nobody is asked yet." in page


def test_the_test_page_says_when_approvers_get_the_locked_rule(app, larder: Larder):
    member = Visitor(app)
    log_in(member.browser, larder.editor)
    url = f"/experiments/{larder.experiment.id}"

    before = words_in(member.get(url))
    set_mail_server(app, SERVER)
    after = words_in(member.get(url))

    assert "Approvers get a copy once email is set up." in before
    assert "Approvers get a copy by email." in after


def test_the_list_of_sign_ups_says_that_nobody_was_asked(app, mia, larder: Larder):
    mia.sign_up(mia.get(), "mia@x.io")
    owner = Visitor(app)
    log_in(owner.browser, make_person("owner@x.io", "owner"))

    page = words_in(owner.get(f"/experiments/{larder.experiment.id}/signups?details=1"))

    assert "Nobody was asked to confirm" in page
    assert "Not asked to confirm" in page


def test_a_test_whose_rule_needs_confirmations_cannot_start(app):
    rule = replace(RULE, conversion="confirmed", conversion_window_hours=168)
    draft = draft_page(rule=rule)

    assert "Email" in news_since_check(draft.experiment)


# A server that is set later.


def test_who_came_before_the_server_was_set_is_not_asked_afterwards(app, mia, now: HandClock):
    mia.sign_up(mia.get(), "mia@x.io")
    set_mail_server(app, SERVER)
    Visitor(app).sign_up(Visitor(app).get(), "ben@x.io")
    let_mails_leave()
    now.turn(days=31)

    erase_unconfirmed(now())

    assert emails(app) == ["", "mia@x.io"]
    assert mails(app, "mia@x.io") == []


def test_who_signs_up_again_once_there_is_a_server_gets_the_mail_that_the_page_speaks_of(
    app, mia, now: HandClock
):
    mia.sign_up(mia.get(), "mia@x.io")
    set_mail_server(app, SERVER)
    now.turn(minutes=5)

    thanks = words_in(mia.get(mia.sign_up(mia.get(), "mia@x.io").location))

    [mail] = mails(app, "mia@x.io")
    assert strings_for("en").thanks_confirm in thanks
    assert "/confirm/" in mail.body
    # A stranger may have sent the form, so the email still does not expire.
    let_mails_leave()
    now.turn(days=31)
    erase_unconfirmed(now())
    assert emails(app) == ["mia@x.io"]


# A server that is removed while a test runs.


def test_who_was_asked_can_still_confirm_without_the_server_and_is_erased_if_they_do_not(
    app, mia, now: HandClock
):
    set_mail_server(app, SERVER)
    for name in ("mia", "ben"):
        mia.sign_up(mia.get(), f"{name}@x.io")
    link = mails(app, "mia@x.io")[0].leave_url.replace("/leave/", "/confirm/")
    let_mails_leave()
    set_mail_server(app, "")

    mia.post(link, {})
    now.turn(days=31)
    erase_unconfirmed(now())

    assert emails(app) == ["", "mia@x.io"]


@pytest.mark.parametrize("code", sorted(file.stem for file in LANGUAGES.glob("*.toml")))
def test_the_privacy_page_names_the_days_until_everybody_who_was_asked_has_confirmed(app, code):
    start_page(language=code)
    mia = Visitor(app)
    set_mail_server(app, SERVER)
    mia.sign_up(mia.get(), "mia@x.io")
    link = mails(app, "mia@x.io")[0].leave_url.replace("/leave/", "/confirm/")
    set_mail_server(app, "")

    before = words_in(mia.get("/p/larder/privacy"))
    mia.post(link, {})
    after = words_in(mia.get("/p/larder/privacy"))

    sentence = strings_for(code).how_long_unasked.format(days=30)
    assert sentence in before
    assert sentence not in after


def test_the_privacy_page_names_no_days_once_whoever_was_asked_has_left(app, mia):
    set_mail_server(app, SERVER)
    mia.sign_up(mia.get(), "mia@x.io")
    set_mail_server(app, "")

    mia.post(mails(app, "mia@x.io")[0].leave_url, {})

    sentence = strings_for("en").how_long_unasked.format(days=30)
    assert sentence not in words_in(mia.get("/p/larder/privacy"))


def test_an_address_whose_mail_still_waits_is_not_erased(app, mia, now: HandClock):
    set_mail_server(app, SERVER)
    mia.sign_up(mia.get(), "mia@x.io")
    set_mail_server(app, "")
    now.turn(days=31)

    erase_unconfirmed(now())

    assert emails(app) == ["mia@x.io"]


def test_what_was_asked_is_recorded_and_told_to_its_owner(app, mia):
    set_mail_server(app, SERVER)
    mia.sign_up(mia.get(), "mia@x.io")
    url = mails(app, "mia@x.io")[0].leave_url.replace("/leave/", "/mine/")

    data = json.loads(mia.get(f"{url}/data.json").data)

    assert data["is_asked_to_confirm"] is True
    assert [row.is_asked_to_confirm for row in signups(app)] == [True]
