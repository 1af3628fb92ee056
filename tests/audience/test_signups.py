"""Leaving an address: once, attributed to what was shown, counted or kept apart."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from werkzeug.test import EnvironBuilder

from tests.audience.larder import (
    RULE,
    Visitor,
    mails,
    signups,
    start_page,
    token_in,
)
from tests.factories import log_in
from tests.statements import counted
from wbtest.audience.models import HourlyCount
from wbtest.extensions import db, runtime


def test_an_address_is_taken_and_the_visitor_thanked(app, mia, now):
    page = mia.get("/p/larder?utm_source=newsletter")
    mia.see(page)
    now.turn(minutes=1)

    answer = mia.sign_up(page, " Mia@X.io ")

    [signup] = signups(app)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/p/larder/thanks")
    assert (signup.email, signup.email_key) == ("Mia@x.io", "mia@x.io")
    assert (signup.source, signup.device, signup.is_converted) == ("newsletter", "phone", True)
    assert signup.excluded_because == ""


def test_a_known_address_is_looked_up_no_more_often_than_a_new_one(app):
    # Of a second variant it is asked, too, whether somebody saw both.
    start_page()
    asked = []
    for email in ("mia@x.io", "mia@x.io"):
        visitor = Visitor(app)
        page = visitor.get()
        visitor.see(page)
        runtime(app).recorder.flush()
        with counted() as statements:
            visitor.sign_up(page, email)
        asked.append([text for text in statements if "FROM signups" in text])

    assert asked[0] == asked[1]


def test_a_new_address_gets_one_mail_with_two_links(app, mia):
    page = mia.get()
    mia.sign_up(page, "mia@x.io")
    mia.sign_up(page, "mia@x.io")

    [mail] = mails(app, "mia@x.io")
    token = mail.leave_url.removeprefix("http://localhost/leave/")
    assert f"http://localhost/confirm/{token}" in mail.body
    assert f"http://localhost/leave/{token}" in mail.body
    assert token not in signups(app)[0].token_hash


def test_a_double_click_is_one_sign_up_and_both_are_thanked(app, mia):
    page = mia.get()

    answers = [mia.sign_up(page, "mia@x.io") for _ in range(2)]

    assert [(answer.status_code, answer.data) for answer in answers] == [(303, b"")] * 2
    assert len(signups(app)) == 1


def test_an_answer_lost_on_its_way_and_the_same_form_again_are_one_sign_up(app, mia):
    page = mia.get()
    data = {"token": token_in(page), "email": "mia@x.io", "website": ""}
    headers = {**mia.headers, "Sec-Fetch-Site": "same-origin"}
    sent = EnvironBuilder("/p/larder/signup", method="POST", data=data, headers=headers)

    def hang_up(*_: object) -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        app.wsgi_app(sent.get_environ(), hang_up)
    assert len(signups(app)) == 1

    assert mia.sign_up(page, "mia@x.io").status_code == 303
    assert len(signups(app)) == len(mails(app, "mia@x.io")) == 1


def test_fifty_posts_of_one_address_in_four_spellings_at_once_are_one_person(app, mia):
    page = mia.get()
    spellings = (["A@x.io", " a@x.io", "a@X.IO", "a@x.io."] * 13)[:50]

    def send(spelling: str) -> tuple[int, str]:
        with app.app_context():
            answer = Visitor(app).sign_up(page, spelling)
            return answer.status_code, answer.headers["Location"]

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(send, spellings)) == {(303, "/p/larder/thanks")}
    assert [signup.email_key for signup in signups(app)] == ["a@x.io"]
    assert len([*mails(app, "A@x.io"), *mails(app, "a@x.io")]) == 1


def test_times_addresses_and_variants_that_a_client_sends_are_ignored(app, mia):
    page = mia.get()
    forged = {"variant": "photo", "ts": "0", "ip": "6.6.6.6", "at_us": "1"}

    mia.sign_up(page, "mia@x.io", **forged)

    [signup] = signups(app)
    assert signup.at_us == 1_803_891_600_000_000
    assert f":{signup.variant}:" in token_in(page)


def test_without_a_cookie_the_variant_shown_is_attributed(app, mia):
    page = mia.get()
    mia.see(page)

    Visitor(app).sign_up(page, "mia@x.io")

    [signup] = signups(app)
    assert f":{signup.variant}:" in token_in(page)
    assert (signup.visitor, signup.source, signup.is_converted) == ("", "unknown", False)


def test_a_robot_that_fills_in_the_trap_is_kept_apart_and_writes_to_nobody(app, mia):
    page = mia.get()
    mia.see(page)

    answer = mia.sign_up(page, "victim@x.io", website="http://spam.example")

    [signup] = signups(app)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/p/larder/thanks")
    assert (signup.excluded_because, signup.is_converted) == ("suspected", False)
    assert mails(app, "victim@x.io") == []


def test_who_objects_to_being_counted_is_written_to_and_not_counted(app, larder):
    mia = Visitor(app, **{"Sec-GPC": "1"})
    mia.sign_up(mia.get(), "mia@x.io")

    [signup] = signups(app)
    assert (signup.excluded_because, signup.visitor, signup.variant) == (
        "opted_out", "", "control",
    )  # fmt: skip
    assert len(mails(app, "mia@x.io")) == 1


def test_an_address_of_somebody_who_objects_since_then_is_tied_to_no_visit(app, mia):
    page = mia.get()
    mia.headers["Sec-GPC"] = "1"

    mia.sign_up(page, "mia@x.io")

    assert [(each.visitor, each.excluded_because) for each in signups(app)] == [("", "opted_out")]


def test_the_team_can_try_its_own_form(app, mia, larder):
    log_in(mia.browser, larder.editor)
    page = mia.get()
    mia.see(page)
    mia.sign_up(page, "mia@x.io")

    assert [signup.excluded_because for signup in signups(app)] == ["team"]


def test_only_confirming_converts_where_the_rule_says_so(app, now):
    start_page(rule=replace(RULE, conversion="confirmed", conversion_window_hours=168))
    mia = Visitor(app)
    page = mia.get()
    mia.see(page)
    now.turn(hours=1)
    mia.sign_up(page, "mia@x.io")
    assert [signup.is_converted for signup in signups(app)] == [False]

    [mail] = mails(app, "mia@x.io")
    mia.post(mail.leave_url.replace("leave", "confirm"), {})

    assert [signup.is_converted for signup in signups(app)] == [True]


def test_neither_the_ip_nor_the_browser_is_stored_anywhere(app, mia):
    page = mia.get(**{"User-Agent": "Mozilla/5.0 zqbrowser Mobile"})
    mia.see(page, **{"User-Agent": "Mozilla/5.0 zqbrowser Mobile"})
    mia.sign_up(page, "mia@x.io")
    runtime(app).recorder.flush()

    stored = []
    for table in db.metadata.tables.values():
        stored += [str(row) for row in db.session.execute(db.select(table))]
    assert any("mia@x.io" in row for row in stored)
    assert not any("zqbrowser" in row or "127.0.0.1" in row for row in stored)


def test_the_roll_up_says_the_same_as_the_rows(app, mia, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=5)
    assert mia.sign_up(page, "mia@x.io").status_code == 303
    runtime(app).recorder.flush()

    columns = ("served", "seen", "converted", "signups")
    sums = [db.func.sum(getattr(HourlyCount, column)) for column in columns]
    assert db.session.execute(db.select(*sums)).one() == (1, 1, 1, 1)
