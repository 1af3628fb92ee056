"""Another e-mail for a log-in: asked for with the password, confirmed from the new address."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from wbtest.delivery.outbox import queue_mail
from wbtest.letter import Letter
from wbtest.store import Invalid, hold, writing
from wbtest.team import limits, people, session_cookie
from wbtest.team.account import letters, links
from wbtest.team.account.resetting import PACE
from wbtest.team.audit.log import record
from wbtest.team.models import LoginSession, Person
from wbtest.team.own_password import check_password, hold_unchanged


def ask_to_change_email(person: Person, new: str, password: str) -> None:
    """Write to both addresses; nothing changes yet. One mail in ten minutes to each new one.

    Whether the new address has a log-in of its own, only its owner learns. Raises Invalid at
    ``password`` or ``new_email``.
    """
    wanted = people.clean_email(new, "new_email")
    stored = check_password(person, password)
    if wanted == person.email:
        raise Invalid("new_email", "This is the e-mail you log in with now. Type another one.")
    names = limits.names_of(f"e-mail mail {wanted}")
    with writing() as session:
        hold_unchanged(person, stored)
        total, _ = limits.count(session.connection(), names, 1, PACE)
        if total > 1:
            return
        is_taken = people.find_person(wanted) is not None
        token = links.make_link(person, "email", wanted)
        _write(person.email, letters.email_asked(wanted, links.address_of("/reset")))
        # The link of an address that is taken is told to nobody.
        _write(
            wanted,
            letters.email_taken(links.address_of("/login"))
            if is_taken
            else letters.email_link(links.address_of(f"/email/{token}")),
        )
        record("login.email_asked", by=person)


def change_email(token: str, kept_session: str = "") -> Person:
    """Let a person log in with the address that the link went to, and end all other sessions.

    ``kept_session`` is the token of the browser that confirms; it stays logged in when it is the
    same person's. Raises LinkOver, also when somebody else got a log-in with the address meanwhile.
    """
    link = links.get_link(token, "email")
    person, new = link.person, link.new_email
    others = LoginSession.token_hash != session_cookie.digest(kept_session)
    try:
        with writing() as session:
            hold(person)
            links.spend(token, "email")
            old, person.email = person.email, new
            session.flush()
            links.spend_all(person)
            session.execute(
                sa.delete(LoginSession).where(LoginSession.person_id == person.id, others)
            )
            record("login.email_changed", old, by=person)
            _write(old, letters.email_changed(new))
    except IntegrityError as error:
        raise links.LinkOver("email") from error
    return person


def _write(recipient: str, letter: Letter) -> None:
    queue_mail(recipient=recipient, subject=letter.subject, body=letter.body)
