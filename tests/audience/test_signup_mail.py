"""The mail to a new address, and its two links: confirming an address, and leaving."""

import re
from hashlib import sha256

import pytest
from flask import Flask
from itsdangerous import Signer

from tests.audience.larder import (
    Visitor,
    mails,
    signups,
    start_page,
    token_in,
    words_in,
)
from wbtest.audience.models import COLUMNS, HourlyCount
from wbtest.audience.recording.rollup import differences
from wbtest.audience.signup_mail import SIGN_UP_SALT
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.store import writing

SCANNER = {"User-Agent": "BarracudaMailScanner/1.0"}


@pytest.fixture
def token(app: Flask, mia: Visitor) -> str:
    """What our mail to mia@x.io carries."""
    mia.sign_up(mia.get(), "mia@x.io")
    [mail] = mails(app, "mia@x.io")
    return mail.leave_url.rpartition("/")[2]


def confirmed(app: Flask) -> list[bool]:
    return [signup.confirmed_us is not None for signup in signups(app)]


def sum_of(column: str) -> int:
    return db.session.scalar(db.select(db.func.sum(getattr(HourlyCount, column)))) or 0


def test_a_mail_carries_the_token_of_the_mails_before_this_version(
    app: Flask, mia: Visitor, token: str
) -> None:
    page = db.session.scalars(db.select(Experiment)).one()
    signer = Signer(app.config["SECRET_KEY"], salt=SIGN_UP_SALT, digest_method=sha256)

    assert token.encode() == signer.get_signature(f"{page.identity_key.hex()}:mia@x.io")


def test_the_links_begin_with_our_own_address_whatever_the_request_says(app, mia):
    mia.browser.environ_base["HTTP_X_FORWARDED_HOST"] = "evil.example"
    mia.browser.environ_base["HTTP_FORWARDED"] = "host=evil.example"

    mia.sign_up(mia.get(), "mia@x.io")

    [mail] = mails(app, "mia@x.io")
    assert mail.leave_url.startswith("http://localhost/leave/")
    assert "evil.example" not in mail.body + mail.leave_url


def test_opening_the_link_confirms_nothing_however_often(app, token):
    scanner = Visitor(app, **SCANNER)
    for _ in range(5):
        assert "Confirm" in words_in(scanner.get(f"/confirm/{token}"))
    scanner.browser.head(f"/confirm/{token}")

    assert confirmed(app) == [False]


def test_the_button_confirms(app, mia, token):
    answer = mia.post(f"/confirm/{token}", {})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/confirm/{token}")
    assert "your email is confirmed." in words_in(mia.get(f"/confirm/{token}"))
    assert confirmed(app) == [True]
    assert sum_of("confirmed") == 1


def test_the_first_confirmation_stands(app, mia, token, now):
    mia.post(f"/confirm/{token}", {})
    [first] = [signup.confirmed_us for signup in signups(app)]
    now.turn(hours=1)

    assert mia.post(f"/confirm/{token}", {}).status_code == 303
    assert [signup.confirmed_us for signup in signups(app)] == [first]
    assert sum_of("confirmed") == 1


def test_a_link_confirms_for_a_week(app, mia, token, now):
    now.turn(days=7)
    assert mia.get(f"/confirm/{token}").status_code == 200

    now.turn(seconds=1)
    over = mia.get(f"/confirm/{token}")
    assert (over.status_code, "sign up on the page again" in words_in(over)) == (404, True)
    assert mia.post(f"/confirm/{token}", {}).status_code == 404
    assert confirmed(app) == [False]


@pytest.mark.parametrize("path", ["confirm", "leave"])
def test_a_link_that_leads_nowhere_tells_nothing(app, larder, path):
    mia = Visitor(app)
    for token in ("x", "%00", "ÿ", "x" * 2_000):
        answer = mia.get(f"/{path}/{token}")
        assert answer.status_code in (400, 404)
        assert "Larder" not in answer.text


@pytest.mark.parametrize("path", ["confirm", "leave"])
def test_the_token_travels_no_further_and_is_not_found_by_search(mia, token, path):
    headers = mia.get(f"/{path}/{token}").headers

    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Cache-Control"] == "private, no-store"


def test_opening_the_other_link_erases_nothing(app, mia, token):
    assert "Delete my email" in words_in(mia.get(f"/leave/{token}"))
    mia.browser.head(f"/leave/{token}")

    assert len(signups(app)) == 1


def test_leaving_erases_the_address_and_our_mail_to_it(app, mia, token):
    answer = mia.post(f"/leave/{token}", {})

    assert answer.status_code == 200
    assert "Your email is deleted." in words_in(answer)
    assert mails(app, "mia@x.io") == []


def test_nothing_that_names_somebody_stays_when_they_leave(app, now):
    start_page(slug="kiln", asks_name=True)
    mia = Visitor(app)
    data = {"token": token_in(mia.get("/p/kiln")), "email": "mia@x.io", "name": "Mia Berg"}
    mia.post("/p/kiln/signup", data)
    [mail] = mails(app, "mia@x.io")

    mia.post(mail.leave_url, {})

    [signup] = signups(app)
    assert signup.email == signup.name == signup.consent == signup.token_hash == ""
    assert re.fullmatch("left-[0-9a-f]{32}", signup.email_key)
    assert signup.left_at == now()
    tables = db.metadata.tables.values()
    stored = [str(row) for table in tables for row in db.session.execute(db.select(table))]
    assert not any("mia@x.io" in row or "Mia Berg" in row for row in stored)


def test_who_leaves_is_told_what_goes_and_what_stays(mia, token):
    words = words_in(mia.get(f"/leave/{token}"))

    assert "We’ll delete your email and your name." in words
    assert "Your sign-up stays in our totals, anonymously." in words


def test_who_left_stays_in_the_figures(app, mia, token):
    before = {column: sum_of(column) for column in COLUMNS}

    mia.post(f"/leave/{token}", {})

    assert sum_of("signups") == 1
    assert {column: sum_of(column) for column in COLUMNS} == before
    assert differences(db.session.connection()) == []


def test_leaving_leaves_everybody_else_alone(app, mia, token):
    mia.sign_up(mia.get(), "max@x.io")

    mia.post(f"/leave/{token}", {})

    assert sorted(signup.email for signup in signups(app)) == ["", "max@x.io"]
    assert len(mails(app, "max@x.io")) == 1


def test_a_mail_programs_own_button_works_from_anywhere_and_twice(app, token):
    program = Visitor(app)
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}
    body = {"List-Unsubscribe": "One-Click"}

    statuses = [program.post(f"/leave/{token}", body, **headers).status_code for _ in range(2)]

    assert statuses == [200, 200]
    assert [signup.email for signup in signups(app)] == [""]


def test_after_leaving_the_links_are_over(app, mia, token):
    mia.post(f"/leave/{token}", {})

    for path in ("confirm", "leave"):
        answer = mia.get(f"/{path}/{token}")
        assert answer.status_code == 404
        assert "This link no longer works." in words_in(answer)


def test_who_left_can_come_back(app, mia, token):
    mia.post(f"/leave/{token}", {})

    mia.sign_up(mia.get(), "mia@x.io")

    assert sorted(signup.email for signup in signups(app)) == ["", "mia@x.io"]
    assert len(mails(app, "mia@x.io")) == 1


def test_the_links_work_after_the_page_is_over(app, mia, token, larder):
    lifecycle.end(larder.experiment, larder.approver)

    assert mia.post(f"/confirm/{token}", {}).status_code == 303
    assert confirmed(app) == [True]
    assert mia.post(f"/leave/{token}", {}).status_code == 200
    assert [signup.email for signup in signups(app)] == [""]


def test_only_a_hash_of_the_token_is_kept_beside_the_address(app, token):
    [signup] = signups(app)

    assert len(signup.token_hash) == 64
    assert token not in str(vars(signup))
    assert db.session.scalars(db.select(OutboxMail.leave_url).where(
        OutboxMail.recipient == "mia@x.io"
    )).all() == [f"http://localhost/leave/{token}"]  # fmt: skip


@pytest.mark.parametrize("path", ["confirm", "leave"])
def test_the_links_of_an_older_mail_still_do_what_they_say(app, mia, token, now, path):
    with writing() as session:
        session.execute(db.update(OutboxMail).values(state="sent", leave_url="", body=""))
    now.turn(days=2)
    Visitor(app).sign_up(mia.get(), "mia@x.io")
    assert len(mails(app, "mia@x.io")) == 2

    mia.post(f"/{path}/{token}", {})

    [signup] = signups(app)
    assert signup.left_at == now() if path == "leave" else signup.confirmed_us is not None


def test_the_links_of_one_page_mean_nothing_to_another(app, mia, token):
    start_page(slug="kiln")
    data = {"token": token_in(mia.get("/p/kiln")), "email": "mia@x.io"}
    mia.post("/p/kiln/signup", data)

    mia.post(f"/leave/{token}", {})

    assert sorted(signup.email for signup in signups(app)) == ["", "mia@x.io"]
