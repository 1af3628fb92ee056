"""From the outbox to the server: when, how often, and what is noted."""

import threading
from dataclasses import replace

import pytest
from flask import Flask

from tests.audience.larder import Visitor, start_page
from tests.conftest import HandClock
from tests.delivery.conftest import MailServer
from wbtest.config import Settings
from wbtest.delivery.mail_sender import claim_mail, send_mail, settle_mail
from wbtest.delivery.models import OutboxMail
from wbtest.delivery.outbox import counts_by_state, queue_mail
from wbtest.extensions import db, runtime
from wbtest.store import writing


def queue(recipient: str = "ada@example.com") -> OutboxMail:
    return queue_mail(recipient=recipient, subject="Hello", body="It is open.")


def test_a_mail_leaves_once(app: Flask, mail_server: MailServer, now: HandClock) -> None:
    mail = queue()

    assert send_mail()
    assert not send_mail()

    assert len(mail_server.mails) == 1
    assert (mail.state, mail.attempts, mail.sent_at, mail.error) == ("sent", 1, now(), "")


def test_a_mail_to_a_visitor_leaves_as_text_and_as_html(
    app: Flask, mail_server: MailServer
) -> None:
    start_page()
    mia = Visitor(app)
    mia.sign_up(mia.get(), "mia@x.io")
    runtime(app).recorder.flush()

    while send_mail():
        pass

    [mail] = [each for each in mail_server.mails if each["To"] == "mia@x.io"]
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "image/png"]


def test_a_mail_that_has_left_is_no_longer_kept(app: Flask, mail_server: MailServer) -> None:
    mail = queue_mail(
        recipient="ada@example.com", subject="Hello", body="It is open.", leave_url="http://x/leave"
    )

    send_mail()

    assert "It is open." in str(mail_server.mails[0])
    assert (mail.body, mail.leave_url, mail.subject) == ("", "", "Hello")


def test_the_message_id_names_the_senders_domain_and_stays(
    app: Flask, mail_server: MailServer, now: HandClock
) -> None:
    mail = queue()
    mail_server.mode = "drop"
    send_mail()
    mail_server.mode = "ok"
    now.turn(minutes=1)
    send_mail()

    assert mail.message_id.endswith("@larder.example>")
    assert [sent["Message-ID"] for sent in mail_server.mails] == [mail.message_id] * 2


def test_a_mail_is_committed_with_its_cause_or_not_at_all(app: Flask) -> None:
    def cause() -> None:
        with writing():
            queue()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cause()

    assert counts_by_state()["waiting"] == 0


def test_line_breaks_in_a_subject_are_gone_before_it_is_stored(app: Flask) -> None:
    mail = queue_mail(
        recipient="ada@example.com", subject="Hello\r\nBcc: eve@example.com", body="…"
    )

    assert mail.subject == "Hello Bcc: eve@example.com"


def test_a_person_the_server_does_not_know_is_not_tried_again(
    app: Flask, mail_server: MailServer, now: HandClock
) -> None:
    mail = queue()
    mail_server.mode = "550"
    send_mail()
    now.turn(days=2)

    assert not send_mail()
    assert (mail.state, mail.attempts) == ("bounced", 1)
    assert mail.error == "550 as the test wishes"


def test_a_refusal_that_no_database_could_keep_is_kept_without_its_nul(
    app: Flask, mail_server: MailServer
) -> None:
    mail = queue()
    mail_server.mode = "nul"

    send_mail()

    assert (mail.state, mail.error) == ("bounced", "550 no body")


def test_a_server_that_asks_for_patience_is_given_it(
    app: Flask, mail_server: MailServer, now: HandClock
) -> None:
    mail = queue()
    mail_server.mode = "421"
    send_mail()
    mail_server.mode = "ok"

    now.turn(seconds=59)
    assert not send_mail()
    now.turn(seconds=1)
    assert send_mail()
    assert mail.state == "sent"


def test_a_mail_written_by_a_clock_that_was_ahead_does_not_wait_for_that_day(
    app: Flask, mail_server: MailServer, now: HandClock
) -> None:
    now.turn(days=400)
    mail = queue()
    now.turn(days=-400)

    assert send_mail()
    assert mail.state == "sent"


def test_a_mail_erased_while_it_is_sent_is_no_obstacle(app: Flask) -> None:
    mail = queue()
    claim = claim_mail()
    assert claim
    with writing() as session:
        session.delete(mail)

    settle_mail(claim, None)

    assert counts_by_state()["sent"] == 0


def test_a_mail_that_makes_no_message_is_no_obstacle_to_the_next(
    app: Flask, mail_server: MailServer
) -> None:
    bad, good = queue("nobody"), queue()

    while send_mail():
        pass

    assert (bad.state, good.state) == ("bounced", "sent")


def test_a_worker_that_dies_leaves_its_mail_to_the_next(
    app: Flask, mail_server: MailServer, now: HandClock
) -> None:
    queue()
    assert claim_mail()

    assert not send_mail()
    now.turn(minutes=5)
    assert send_mail()


def test_a_mail_claimed_by_one_worker_is_not_seen_by_another(app: Flask) -> None:
    queue()

    assert claim_mail()
    assert claim_mail() is None


def test_a_late_success_of_a_worker_thought_dead_counts(
    app: Flask, mail_server: MailServer, now: HandClock
) -> None:
    mail = queue()
    slow = claim_mail()
    assert slow

    settle_mail(slow, None)
    now.turn(minutes=5)

    assert mail.state == "sent"
    assert not send_mail()


def test_mails_leave_in_the_order_they_came_due(
    app: Flask, mail_server: MailServer, now: HandClock
) -> None:
    for name in ("first", "second", "third"):
        queue(f"{name}@example.com")
        now.turn(seconds=1)

    while send_mail():
        pass

    names = [mail["To"].addresses[0].username for mail in mail_server.mails]
    assert names == ["first", "second", "third"]


def test_many_workers_send_each_mail_once(app: Flask, mail_server: MailServer) -> None:
    for n in range(20):
        queue(f"person{n}@example.com")

    def work() -> None:
        with app.app_context():
            while send_mail():
                pass

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len({mail["To"] for mail in mail_server.mails}) == len(mail_server.mails) == 20
    assert counts_by_state() == {"waiting": 0, "sent": 20, "failed": 0, "bounced": 0}


@pytest.mark.usefixtures("app")
class TestWithoutAMailServer:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, mail_url="")

    def test_mail_waits_untouched(self, now: HandClock) -> None:
        mail = queue()
        now.turn(days=30)

        assert not send_mail()
        assert (mail.state, mail.attempts) == ("waiting", 0)


def test_a_mail_outlives_the_objects_that_made_it(app: Flask) -> None:
    with writing():
        queue()
    db.session.expunge_all()

    assert counts_by_state()["waiting"] == 1
