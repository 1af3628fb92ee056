"""Leaving an address: once, attributed to what was shown, with a sentence where it cannot be."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.audience.larder import (
    RULE,
    Visitor,
    broken_store,
    mails,
    signups,
    start_page,
    token_in,
    words_in,
)
from tests.factories import log_in
from wbtest.audience.models import HourlyCount
from wbtest.audience.signup_views import MOST_SIGN_UPS
from wbtest.extensions import db
from wbtest.publishing import life


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


def test_four_spellings_sent_at_once_are_one_person(app, mia):
    page = mia.get()
    spellings = ["A@x.io", " a@x.io", "a@X.IO", "a@x.io."] * 4

    def send(spelling: str) -> int:
        with app.app_context():
            return Visitor(app).sign_up(page, spelling).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, spellings)) == {303}
    assert [signup.email_key for signup in signups(app)] == ["a@x.io"]
    assert len([*mails(app, "A@x.io"), *mails(app, "a@x.io")]) == 1


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("", "Type your e-mail address."),
        ("   ", "Type your e-mail address."),
        ("mia", "This is not a whole e-mail address. Please check it."),
        ("a@x.io,b@y.io", "This is not a whole e-mail address. Please check it."),
        ("a@x.io\r\nBcc: v@z.io", "This is not a whole e-mail address. Please check it."),
        ("<b>@x.io", "This is not a whole e-mail address. Please check it."),
        ("a" * 300 + "@x.io", "This is not a whole e-mail address. Please check it."),
    ],
)
def test_what_is_no_address_comes_back_with_a_sentence_at_the_field(app, mia, email, sentence):
    page = mia.get()

    answer = mia.sign_up(page, email)

    assert answer.status_code == 422
    assert f'id="email-top-error" role="alert">{sentence}</p>' in answer.text
    assert '"<b>' not in answer.text
    assert signups(app) == []


def test_what_was_typed_is_still_there_on_the_same_variant(app):
    start_page(asks_name=True, variants={"photo": {"headline": "Dinner from a photo"}})
    mia = Visitor(app)
    page = mia.get()

    answer = mia.sign_up(page, "mia@", name="Mia “M” Berg")

    assert 'value="mia@"' in answer.text
    assert "Mia “M” Berg" in answer.text
    assert token_in(answer) == token_in(page)
    assert ("Dinner from a photo" in answer.text) == ("Dinner from a photo" in page.text)


def test_a_refused_form_can_be_sent_again_as_it_came_back(app, mia):
    answer = mia.sign_up(mia.get(), "mia@")

    assert mia.sign_up(answer, "mia@x.io").status_code == 303
    assert len(signups(app)) == 1


def test_a_name_is_kept_where_it_is_asked_for_and_nowhere_else(app):
    start_page(asks_name=True)
    start_page(slug="kiln")
    mia = Visitor(app)
    mia.sign_up(mia.get(), "mia@x.io", name=" Mia\r\n\tBerg\x07 ")
    token = token_in(mia.get("/p/kiln"))

    data = {"token": token, "email": "mia@x.io", "name": "Mia"}
    mia.post("/p/kiln/signup", data)

    assert [signup.name for signup in signups(app)] == ["Mia Berg", ""]


def test_a_name_that_is_too_long_is_refused(app):
    start_page(asks_name=True)
    mia = Visitor(app)

    answer = mia.sign_up(mia.get(), "mia@x.io", name="M" * 121)

    assert answer.status_code == 422
    assert "This name is too long." in words_in(answer)


@pytest.mark.parametrize("field", ["email", "token", "name", "website"])
def test_a_field_that_comes_twice_is_refused(app, mia, field):
    data = {"token": token_in(mia.get()), "email": "a@x.io", "name": "", "website": ""}

    answer = mia.post("/p/larder/signup", {**data, field: [data[field], "b@x.io"]})

    assert answer.status_code == 422
    assert "Please try again" in words_in(answer)
    assert signups(app) == []


@pytest.mark.parametrize("body", [{"email[]": "a@x.io"}, {"email[0]": "a@x.io"}, {}])
def test_a_list_is_no_address(app, mia, body):
    answer = mia.post("/p/larder/signup", {"token": token_in(mia.get()), **body})

    assert answer.status_code == 422
    assert "Type your e-mail address." in words_in(answer)


def test_json_is_no_form(app, mia):
    answer = mia.browser.post("/p/larder/signup", json={"email": ["a@x.io"]}, headers=mia.headers)

    assert answer.status_code == 422
    assert signups(app) == []


def test_a_nul_is_refused(app, mia):
    assert mia.sign_up(mia.get(), "a\x00@x.io").status_code in (400, 422)
    assert signups(app) == []


def test_a_form_that_was_open_for_more_than_a_day_comes_back_fresh(app, mia, now):
    page = mia.get()
    now.turn(hours=25)

    answer = mia.sign_up(page, "mia@x.io")

    assert answer.status_code == 422
    assert "This page was open for a long time. Please send the form once more." in words_in(answer)
    assert 'value="mia@x.io"' in answer.text
    assert mia.sign_up(answer, "mia@x.io").status_code == 303


@pytest.mark.parametrize("token", ["", "x", "1:1:photo:500000:" + "0" * 32])
def test_a_form_without_a_token_of_ours_is_not_taken(app, mia, token):
    mia.get()

    assert mia.post("/p/larder/signup", {"token": token, "email": "a@x.io"}).status_code == 422
    assert signups(app) == []


def test_a_form_of_another_page_is_not_taken(app, mia):
    start_page(slug="kiln")
    token = token_in(mia.get("/p/kiln"))

    assert mia.post("/p/larder/signup", {"token": token, "email": "a@x.io"}).status_code == 422
    assert signups(app) == []


def test_times_addresses_and_variants_that_a_client_sends_are_ignored(app, mia):
    page = mia.get()
    forged = {"variant": "photo", "ts": "0", "ip": "6.6.6.6", "at_us": "1", "phase": "9"}

    mia.sign_up(page, "mia@x.io", **forged)

    [signup] = signups(app)
    assert (signup.phase, signup.at_us) == (1, 1_803_891_600_000_000)
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


def test_a_form_that_was_open_when_the_page_was_paused_is_kept_apart(app, mia, larder):
    page = mia.get()
    life.pause(larder.experiment, larder.approver)

    assert mia.sign_up(page, "mia@x.io").status_code == 303
    assert [signup.excluded_because for signup in signups(app)] == ["paused"]
    assert len(mails(app, "mia@x.io")) == 1


def test_a_page_that_is_over_takes_no_address(app, mia, larder):
    page = mia.get()
    life.end(larder.experiment, larder.approver)

    answer = mia.sign_up(page, "mia@x.io")

    assert answer.status_code == 410
    assert "This page is closed." in words_in(answer)
    assert signups(app) == []


def test_another_site_cannot_sign_anybody_up(app, mia):
    page = mia.get()
    data = {"token": token_in(page), "email": "mia@x.io"}

    answer = mia.post("/p/larder/signup", data, **{"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert signups(app) == []


def test_a_browser_too_old_to_say_where_it_comes_from_can_sign_up(app, mia):
    page = mia.get()
    data = {"token": token_in(page), "email": "mia@x.io"}

    answer = mia.browser.post("/p/larder/signup", data=data, headers=mia.headers)

    assert answer.status_code == 303


def test_a_network_that_sends_too_many_is_asked_to_wait_and_keeps_its_text(app, mia):
    page = mia.get()
    taken = [mia.sign_up(page, f"p{n}@x.io").status_code for n in range(MOST_SIGN_UPS)]

    answer = mia.sign_up(page, "mia@x.io")

    assert set(taken) == {303}
    assert MOST_SIGN_UPS >= 30
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3_601
    assert 'value="mia@x.io"' in answer.text
    assert "Please try again in an hour." in words_in(answer)


def test_when_nothing_can_be_stored_the_text_comes_back(app, mia):
    page = mia.get()
    with broken_store():
        answer = mia.sign_up(page, "mia@x.io")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert 'value="mia@x.io"' in answer.text
    assert "Please try again in a minute." in words_in(answer)
    assert signups(app) == []


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
    app.extensions["wbtest.recorder"].flush()

    stored = []
    for table in db.metadata.tables.values():
        stored += [str(row) for row in db.session.execute(db.select(table))]
    assert any("mia@x.io" in row for row in stored)
    assert not any("zqbrowser" in row or "127.0.0.1" in row for row in stored)


def test_the_roll_up_says_the_same_as_the_rows(app, mia, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=5)
    mia.sign_up(page, "mia@x.io")
    app.extensions["wbtest.recorder"].flush()

    columns = ("served", "seen", "converted", "signups")
    sums = [db.func.sum(getattr(HourlyCount, column)) for column in columns]
    assert db.session.execute(db.select(*sums)).one() == (1, 1, 1, 1)
