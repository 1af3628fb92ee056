"""A lost password: a link by mail, which sets a new one once."""

from datetime import timedelta

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db
from wbtest.store import hold, writing
from wbtest.team import limits, people
from wbtest.team.account import letters, links
from wbtest.team.audit.log import first_person, record
from wbtest.team.ending import end_tokens
from wbtest.team.models import Person

PACE = timedelta(minutes=10)


def ask_for_reset(email: str) -> None:
    """Mail a link to whoever logs in with this e-mail, at most one in ten minutes.

    Nobody learns here whether there is such a person: for a stranger the same is done for somebody
    else, and taken back. Raises Invalid at ``email`` for what is no address at all.
    """
    wanted = people.clean_email(email)
    person = people.find_person(wanted)
    names = limits.names_of(f"reset mail {wanted}")
    with writing() as session:
        total, _ = limits.count(session.connection(), names, 1, PACE)
        if total > 1:
            return
        # Looked up for those who are known, too.
        first = first_person()
        somebody = person or first
        if somebody is None:
            return
        point = session.begin_nested()
        _mail_link(somebody)
        if person is None:
            point.rollback()
        else:
            point.commit()


def reset_password(token: str, new: str, *, ends_tokens: bool = False) -> None:
    """Set the password that the link is for, and end every session and every link of the person.

    With ``ends_tokens`` their programs are shut out too. Nobody is logged in by it. Raises
    LinkOver, or Invalid at ``new_password``.
    """
    person = links.get_link(token, "reset").person
    hashed = people.hash_good_password(new, "new_password", (person.name, person.email))
    with writing():
        hold(person)
        links.spend(token, "reset")
        people.replace_hash(person, hashed)
        record("login.reset", by=person)
        if ends_tokens:
            end_tokens(person)
        letter = letters.was_reset(links.address_of("/reset"))
        queue_mail(recipient=person.email, subject=letter.subject, body=letter.body)


def _mail_link(person: Person) -> None:
    hold(person)
    letter = letters.reset_link(links.address_of(f"/reset/{links.make_link(person, 'reset')}"))
    queue_mail(recipient=person.email, subject=letter.subject, body=letter.body)
    record("login.reset_asked", by=person)
    db.session.flush()
