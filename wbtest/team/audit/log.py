"""Adding a line to the audit log, in the transaction of what it tells, and reading them."""

from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import Select, select, true

from wbtest.extensions import clock, db
from wbtest.runtime import runtime
from wbtest.store import writing
from wbtest.team import access, origin
from wbtest.team.audit.actions import ACTIONS, APART, PHRASES
from wbtest.team.limits import HOUR, count, plain_names
from wbtest.team.models import AuditLine, Person

LONGEST_ABOUT = 300
OF_NOBODY = "with an e-mail of nobody here; more in this hour are not written down"
# Who acts where nobody is logged in.
WORKER, OPERATOR, STRANGER, VISITOR = "wbtest", "command line", "somebody", "a visitor"


class Wanted(NamedTuple):
    """Which lines: of a person (id), of a kind of action, of days in UTC, both ends included.

    Who was turned away stands in lines of that kind, and only there.
    """

    person_id: int | None = None
    kind: str = ""
    first: date | None = None
    last: date | None = None


def record(
    action: str,
    about: str = "",
    by: Person | None = None,
    who: str = "",
    at: datetime | None = None,
) -> None:
    """Add a line, in the open write transaction or one of its own.

    ``about`` says in a few words what it was done to; no secret belongs there, and no address of
    somebody who may be erased. ``by`` is who did it; without it ``who`` says so, and without both
    it is whoever is logged in; a program's token is named beside. KeyError for an action that is
    not in the list.
    """
    PHRASES[action]
    person = by or (None if who else access.find_person())
    token = access.find_token()
    with writing() as session:
        session.add(
            AuditLine(
                at=at or clock.now(),
                action=action,
                about=" ".join(about.split())[:LONGEST_ABOUT],
                person_id=person.id if person else None,
                who=f"{person.name} <{person.email}>" if person else who or _nobody(),
                token=token.called if token and person and person.id == token.person_id else "",
                # Where visitors are is not kept at all.
                network="" if who == VISITOR else origin.find_network(),
            )
        )


def record_wrong_log_in(person: Person | None) -> None:
    """Add a line about a log-in that failed, of the person who has the e-mail.

    Of strangers nothing is kept but that one tried, once an hour: people type passwords where
    e-mails belong, and nobody could ever prune these lines. For them the same is done for somebody
    else, and taken back: otherwise the time would tell who has a log-in.
    """
    with writing() as session:
        point = session.begin_nested()
        total, _ = count(session.connection(), plain_names("log-ins of strangers"), 1, HOUR)
        if person is None:
            point.commit()
        else:
            point.rollback()
        somebody = person or first_person()
        if somebody is not None:
            point = session.begin_nested()
            record("login.failed", by=somebody)
            session.flush()
            if person is None:
                point.rollback()
            else:
                point.commit()
        if person is None and total == 1:
            record("login.failed", OF_NOBODY)


def first_person() -> Person | None:
    """For whom is done and taken back what a stranger asks for; None while nobody has a log-in."""
    return db.session.scalars(select(Person).order_by(Person.id).limit(1)).first()


def lines_of(
    wanted: Wanted, before: int | None = None, most: int | None = None
) -> Iterator[AuditLine]:
    """The lines, the newest first; those older than the line ``before`` (id)."""
    query = _query(wanted).limit(most)
    if before is not None:
        query = query.where(AuditLine.id < before)
    rows = db.session.scalars(query.execution_options(yield_per=500))
    # Who wants the first line alone leaves the rest with the database.
    with closing(rows):
        yield from rows


def people_of() -> dict[int, str]:
    """Everybody who stands in the log, by id, as they were last called."""
    rows = db.session.execute(
        select(AuditLine.person_id, AuditLine.who)
        .where(AuditLine.person_id.is_not(None))
        .group_by(AuditLine.person_id, AuditLine.who)
        .order_by(db.func.max(AuditLine.id))
    )
    return {row.person_id: row.who for row in rows}


def find_newest(actions: Collection[str], until: datetime | None = None) -> datetime | None:
    """When one of these was last done, up to ``until``, or None."""
    is_early = true() if until is None else AuditLine.at <= until
    found: datetime | None = db.session.scalar(
        select(db.func.max(AuditLine.at)).where(AuditLine.action.in_(actions), is_early)
    )
    return found


def _query(wanted: Wanted) -> Select[AuditLine]:
    query = select(AuditLine).order_by(AuditLine.id.desc())
    if wanted.person_id is not None:
        query = query.where(AuditLine.person_id == wanted.person_id)
    if wanted.kind:
        query = query.where(AuditLine.action.in_(ACTIONS[wanted.kind]))
    else:
        query = query.where(AuditLine.action.not_in(ACTIONS[APART]))
    if wanted.first:
        query = query.where(AuditLine.at >= _midnight(wanted.first))
    # After the last day that there is comes none.
    if wanted.last and wanted.last < date.max:
        query = query.where(AuditLine.at < _midnight(wanted.last + timedelta(days=1)))
    return query


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _nobody() -> str:
    """Somebody at a browser who is not logged in, or one of our own programs."""
    if origin.is_asked():
        return STRANGER
    return runtime().actor or WORKER
