"""What a batch of events, small or large, leaves in the store beside the roll-up."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.audience.recording import PHONE, START, START_US, Database, Page
from wbtest.audience.models import VISITS, Signup, Visit
from wbtest.audience.recording import write_batch
from wbtest.audience.recording.counting_rules import VisitRow
from wbtest.audience.recording.event_rows import ROWS_TO_COPY, apply_plan, plan_upsert
from wbtest.delivery.models import OutboxMail
from wbtest.store import writing_group

GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
ODD = ("\\N", "\t", "a\\b", "é", "", '"', "new\nline")


def mails(database: Database) -> list[Any]:
    return database.read(sa.select(OutboxMail.__table__).order_by(OutboxMail.id))


def signups(database: Database) -> list[Any]:
    return database.read(sa.select(Signup.__table__).order_by(Signup.email_key))


def test_machines_are_counted_by_hour_and_leave_no_rows(page: Page) -> None:
    page.serve("m", 0, user_agent=GOOGLEBOT)
    page.see("m", 1, user_agent=GOOGLEBOT)
    page.serve("n", 1, user_agent="WhatsApp/2.24.6.77 A")
    page.serve("p", 1, hints="prefetch;prerender")

    assert page.totals() == {}
    assert page.machines() == {
        ("bot", "Googlebot/"): 2,
        ("preview", "WhatsApp"): 1,
        ("prefetch", "browser"): 1,
    }


def test_what_was_fetched_ahead_and_then_opened_is_one_visitor(page: Page) -> None:
    page.serve("v", 0, hints="prefetch")
    page.see("v", 3)

    assert page.totals() == {"served": 1, "seen": 1}


def test_a_machines_sign_up_is_kept_and_does_not_count(page: Page) -> None:
    assert page.sign_up("ada@x.io", "m", user_agent="curl/8.14.1") == "new"

    assert page.totals() == {}
    assert page.totals("suspected") == {"served": 1, "signups": 1, "unseen": 1}


def test_a_reason_known_at_the_door_stays(page: Page) -> None:
    page.sign_up("ada@x.io", "m", user_agent="curl/8.14.1", excluded_because="team")

    assert page.totals("team") == {"signups": 1, "unseen": 1}


def test_what_was_typed_is_kept_and_what_the_browser_said_is_not(page: Page) -> None:
    page.sign_up("Ada@x.io", "v", 2, email_key="ada@x.io", name="Ada", consent="Tell me.")

    [row] = signups(page.database)
    assert (row.email, row.email_key, row.name, row.consent) == (
        "Ada@x.io", "ada@x.io", "Ada", "Tell me.",
    )  # fmt: skip
    assert PHONE not in map(str, row)


def test_a_new_address_gets_one_mail_in_the_same_transaction(page: Page) -> None:
    mail = {"subject": "Please\nconfirm", "body": "Hello", "leave_url": "http://x.io/leave/1"}
    page.sign_up("ada@x.io", "v", 2, **mail)
    page.sign_up("ada@x.io", "v", 3, **mail)

    [row] = mails(page.database)
    assert (row.recipient, row.subject, row.body) == ("ada@x.io", "Please confirm", "Hello")
    assert (row.leave_url, row.state, row.attempts) == ("http://x.io/leave/1", "waiting", 0)
    assert row.message_id.endswith("@example.com>")
    assert row.due_at == row.created_at == START


def test_without_a_subject_no_mail_is_sent(page: Page) -> None:
    page.sign_up("ada@x.io")

    assert mails(page.database) == []


def test_of_two_in_one_group_the_earlier_is_kept_and_mailed(page: Page) -> None:
    later = page.signed_up("ada@x.io", "", 9, token_hash="later", subject="s", body="later")
    early = page.signed_up("ada@x.io", "", 2, token_hash="early", subject="s", body="early")
    with page.database.writing() as session:
        outcomes = record_group(session.connection(), [later, early])

    assert outcomes == ["known", "new"]
    assert [row.body for row in mails(page.database)] == ["early"]
    assert [row.token_hash for row in signups(page.database)] == ["early"]


def test_a_sign_up_that_moves_keeps_the_token_that_was_mailed(page: Page) -> None:
    page.sign_up("ada@x.io", "v", 9, token_hash="mailed", name="Ada")
    page.sign_up("ada@x.io", "v", 2, token_hash="never mailed", name="Eve")

    [row] = signups(page.database)
    assert (row.token_hash, row.name) == ("mailed", "Ada")
    assert row.at_us == page.arrival("v", 2, {})["at_us"]


def test_an_event_of_an_experiment_that_is_gone_is_refused(page: Page) -> None:
    event = page.signed_up("ada@x.io", "", 9, experiment_id=99_999)

    with page.database.writing() as session, pytest.raises(LookupError, match="99999"):
        record_group(session.connection(), [event])


def record_group(connection: sa.Connection, events: list[Any]) -> list[Any]:
    return write_batch.record_events(connection, events, {}, START, "example.com")


def visit(experiment_id: int, number: int, source: str) -> VisitRow:
    return VisitRow(experiment_id, f"v{number:03}", "", "control", START_US, source, "phone", "")


def test_a_large_group_is_stored_as_it_came(page: Page) -> None:
    rows = [visit(page.id, n, ODD[n % len(ODD)]) for n in range(ROWS_TO_COPY)]

    with writing_group(page.database.engine, page.database.lock) as connection:
        found = plan_upsert([*rows, rows[0]], [])
        apply_plan(connection, VISITS, found)

    assert found.new == rows
    stored = page.database.read(sa.select(VISITS).order_by(Visit.visitor))
    assert [VisitRow(**row._mapping) for row in stored] == rows


@pytest.mark.postgresql
def test_a_large_group_that_cannot_be_stored_raises_as_a_small_one(page: Page) -> None:
    rows = [visit(page.id, n, "a-name-that-is-nobodys-business") for n in range(ROWS_TO_COPY)]
    # Of a row that lacks something PostgreSQL tells all that it has.
    rows[-1] = rows[-1]._replace(device=None)  # type: ignore[arg-type]

    with (
        pytest.raises(sa.exc.IntegrityError) as raised,
        writing_group(page.database.engine, page.database.lock) as connection,
    ):
        apply_plan(connection, VISITS, plan_upsert(rows, []))

    assert "nobodys-business" not in str(raised.value)
    assert page.database.read(sa.select(VISITS)) == []
