"""Sign-ups suspected of being a machine's: out on both sides of the rate, and in nobody's place."""

import pytest
import sqlalchemy as sa

from tests.audience.larder import Visitor, mails, signups, visits
from tests.audience.recording import Page
from wbtest.audience.models import Signup
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36"
TRAP = {"website": "http://spam.example"}


def suspect(page: Page, email: str, visitor: str = "", minute: float = 1, **more: str) -> str:
    return page.sign_up(email, visitor, minute, excluded_because="suspected", **more)


def stored(page: Page) -> list[Signup]:
    return page.database.read(sa.select(Signup.__table__).order_by(Signup.email_key))


def test_a_suspected_sign_up_takes_its_visitor_out_of_the_served_and_the_seen(page: Page) -> None:
    page.see("m", 0)
    page.see("v", 0)
    assert page.totals()["seen"] == 2

    suspect(page, "spam@x.io", "m", 5)

    assert page.totals() == {"served": 1, "seen": 1}
    assert page.totals("suspected") == {"served": 1, "signups": 1, "unseen": 1}
    assert page.differences() == []


def test_a_beacon_that_is_stored_after_the_suspicion_counts_as_little(page: Page) -> None:
    suspect(page, "spam@x.io", "m", 5)
    page.see("m", 0)

    assert page.totals() == {}
    assert page.differences() == []


def test_of_a_suspect_no_other_visit_is_served_whenever_it_is_stored(page: Page) -> None:
    page.serve("m", 3)
    suspect(page, "spam@x.io", "m", 5)
    page.serve("m", 1)
    suspect(page, "more@x.io", "m", 6)

    assert page.totals() == {}
    assert page.totals("suspected") == {"served": 1, "signups": 2, "unseen": 2}
    assert page.differences() == []


def test_a_visit_and_a_suspected_sign_up_that_are_stored_at_once_leave_nobody_served(
    page: Page,
) -> None:
    page.recorder.put(page.signed_up("spam@x.io", "m", 5, excluded_because="suspected"))
    page.see("m", 0)

    assert page.totals() == {}
    assert page.differences() == []


def test_an_address_that_is_known_still_tells_the_machine_that_sends_it(page: Page) -> None:
    page.sign_up("ada@x.io", "v", 2)
    for machine in ("m1", "m2"):
        page.see(machine, 0)
        assert suspect(page, "ada@x.io", machine, 5) == "known"

    assert page.totals() == {"signups": 1, "unseen": 1}
    assert page.totals("suspected") == {"served": 2}
    assert page.differences() == []


def test_a_visitor_once_suspected_stays_out_on_both_sides(page: Page) -> None:
    page.see("m", 0)
    suspect(page, "spam@x.io", "m", 5)
    assert page.sign_up("ada@x.io", "m", 9) == "new"
    assert page.sign_up("spam@x.io", "m", 10) == "new"

    assert page.totals() == {"signups": 2, "unseen": 2}
    assert page.totals("suspected") == {"served": 1}
    assert page.differences() == []


def test_a_suspicion_says_nothing_of_those_without_a_cookie(page: Page) -> None:
    suspect(page, "spam@x.io", "", 1)
    page.sign_up("ada@x.io", "", 2)

    assert page.totals() == {"signups": 1, "unseen": 1}
    assert page.totals("suspected") == {"signups": 1, "unseen": 1}


def test_who_objects_is_not_suspected_any_more(page: Page) -> None:
    page.see("m", 0)
    suspect(page, "spam@x.io", "m", 5)

    page.forget("m")

    assert page.totals() == page.totals("suspected") == {}
    assert page.totals("opted_out") == {"signups": 1, "unseen": 1}
    assert page.differences() == []


def test_the_owner_of_an_address_that_a_machine_left_is_new(page: Page) -> None:
    key = {"email_key": "ada@x.io"}
    suspect(page, "ADA@x.io", "m", 1, name="Spam", consent="none", **key)
    page.see("v", 1)
    page.confirm("ADA@x.io", 2)

    outcome = page.sign_up(
        "Ada@x.io", "v", 3, name="Ada", consent="yes", token_hash="2", subject="Hello", **key
    )

    [row] = stored(page)
    assert outcome == "new"
    assert (row.email, row.name, row.consent, row.token_hash) == ("Ada@x.io", "Ada", "yes", "2")
    assert (row.visitor, row.excluded_because, row.is_converted) == ("v", "", True)
    assert row.confirmed_us is None
    assert page.database.read(sa.select(OutboxMail.recipient)) == [("Ada@x.io",)]
    assert page.totals() == {"served": 1, "seen": 1, "converted": 1, "arrived": 1, "signups": 1}
    assert page.differences() == []


def test_the_owner_is_new_also_when_both_are_stored_at_once(page: Page) -> None:
    page.recorder.put(page.signed_up("ada@x.io", "m", 1, excluded_because="suspected"))

    assert page.sign_up("ada@x.io", "v", 2, subject="Hello", body="Hello.") == "new"
    assert len(page.database.read(sa.select(OutboxMail.id))) == 1


def test_a_machine_takes_nobodys_address(page: Page) -> None:
    page.sign_up("ada@x.io", "v", 3, name="Ada", subject="Hello", body="Hello.")

    assert suspect(page, "ada@x.io", "m", 1, name="Spam", subject="Hello", body="Hello.") == "known"

    assert [(row.name, row.visitor) for row in stored(page)] == [("Ada", "v")]
    assert len(page.database.read(sa.select(OutboxMail.id))) == 1


def test_nobody_is_written_to_on_the_word_of_a_machine(page: Page) -> None:
    letter = {"subject": "Hello", "body": "Hello."}
    page.sign_up("ada@x.io", "m", user_agent="curl/8.14.1", **letter)
    suspect(page, "bea@x.io", "m", **letter)

    assert page.database.read(sa.select(OutboxMail.id)) == []


def test_who_fell_into_the_trap_gets_our_mail_when_they_sign_up_again(app, mia: Visitor, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=1)
    mia.sign_up(page, "mia@x.io", **TRAP)
    assert mails(app, "mia@x.io") == []

    mia.sign_up(page, "Mia@x.io")

    [signup] = signups(app)
    assert (signup.email, signup.excluded_because) == ("Mia@x.io", "")
    [mail] = mails(app, "Mia@x.io")
    mia.post(mail.leave_url.replace("leave", "confirm"), {})
    db.session.rollback()
    assert signups(app)[0].confirmed_us is not None


def test_a_suspicion_ties_nobody_who_objects_to_a_visit(app, mia: Visitor):
    page = mia.get()
    mia.headers["Sec-GPC"] = "1"

    mia.sign_up(page, "mia@x.io", **TRAP)

    assert [(each.visitor, each.excluded_because) for each in signups(app)] == [("", "suspected")]
    assert visits(app) == []


@pytest.mark.parametrize("reason", ["waiting", "opted_out"])
def test_a_machine_on_a_waiting_list_or_that_objects_makes_us_write_to_nobody(page: Page, reason):
    letter = {"subject": "Hello", "body": "Hello.", "excluded_because": reason}

    page.sign_up("victim@x.io", "", user_agent="curl/8.14.1", **letter)
    page.sign_up("ada@x.io", "", **letter)

    assert page.database.read(sa.select(OutboxMail.recipient)) == [("ada@x.io",)]
    assert [row.excluded_because for row in stored(page)] == [reason, "suspected"]
    assert page.differences() == []


def test_a_person_whose_browser_is_taken_for_a_script_gets_our_mail(page: Page) -> None:
    """As behind a proxy that strips headers: out on both sides of the rate, and yet served."""
    script = {"user_agent": CHROME, "hints": "bare"}
    page.serve("v", 0, **script)
    page.see("v", 1, **script)

    page.sign_up("ada@x.io", "v", 2, subject="Hello", body="Hello.", **script)

    assert page.totals() == {"signups": 1, "unseen": 1}
    assert page.database.read(sa.select(OutboxMail.recipient)) == [("ada@x.io",)]
    assert page.machines() == {("bot", "not the Chrome it says"): 2}
    assert page.differences() == []
