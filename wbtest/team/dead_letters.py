"""Mails that were given up or bounced: what an owner does with them."""

from wbtest.delivery.models import OutboxMail
from wbtest.extensions import clock, db
from wbtest.store import Refused, hold, writing
from wbtest.team.audit.log import record


def send_again(mail: OutboxMail) -> None:
    """Queue a mail that was given up once more, for three more days. Raises Refused for others."""
    with writing():
        hold(mail)
        if mail.state != "failed":
            raise Refused(f"This mail is {mail.state}, so there is nothing to send again.")
        mail.state, mail.attempts, mail.error, mail.due_at = "waiting", 0, "", clock.now()
        record("mail.sent_again", "1 that was given up")


def send_all_again() -> int:
    """Queue every mail that was given up; return how many there were."""
    is_ours = OutboxMail.state == "failed"
    anew = {"state": "waiting", "attempts": 0, "error": "", "due_at": clock.now()}
    with writing() as session:
        sent = session.execute(
            db.update(OutboxMail).where(is_ours).values(anew).returning(OutboxMail.id)
        )
        number = len(sent.all())
        record("mail.sent_again", f"{number} that were given up")
    return number


def dismiss(mail: OutboxMail) -> None:
    """Delete a mail that will not arrive, with its text. Raises Refused while it may."""
    with writing() as session:
        hold(mail)
        if mail.state not in ("failed", "bounced"):
            raise Refused(f"This mail is {mail.state}, so it stays in the list.")
        record("mail.dismissed", "")
        session.delete(mail)
