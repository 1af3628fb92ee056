"""The audit log: adding a line in the transaction of what it records, and reading lines.

An action is what somebody may have to answer for later: it opens or closes a door, decides, shows
something to strangers, or touches what visitors left. Writing and reading are not actions, but
taking a file away is. Refusals are kept apart, one line per member, route and hour.
"""

import logging
import re
from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
from flask import has_request_context, request
from sqlalchemy import Select, select, true
from sqlalchemy.exc import SQLAlchemyError

from wbtest.extensions import clock, db, runtime
from wbtest.store import Refused, describe, end_reading, writing
from wbtest.team import access, rate_limits
from wbtest.team.models import AuditLine, Person

LONGEST_ABOUT = 300
OF_NOBODY = "with an email of nobody here; more in this hour are not written down"
# Who acts where nobody is logged in.
WORKER, OPERATOR, STRANGER, VISITOR = "wbtest", "command line", "somebody", "a visitor"
AUDIT_KINDS = {
    "people": "People and log-in",
    "texts": "Releases and approvals",
    "pages": "Pages and decisions",
    "visitors": "Visitor data",
    "sending": "Email and webhooks",
    "refusals": "Blocked actions",
}
# Shown where they are asked for, and nowhere between what was done.
APART = "refusals"
# By kind: the action, and the words that follow the name of who did it.
ACTIONS = msgspec.toml.decode(
    Path(__file__).with_suffix(".toml").read_bytes(), type=dict[str, dict[str, str]]
)
PHRASES = {action: said for actions in ACTIONS.values() for action, said in actions.items()}
log = logging.getLogger(__name__)
REFUSAL_WINDOW = timedelta(hours=1)
# For how many seconds an answer waits for other writers; the next one tries again.
REFUSAL_PATIENCE = 0.25
_CONVERTER = re.compile(r"<[a-z]+(?:\([^)]*\))?:")
# What browsers say of a request from our own pages, or of an address that a person typed.
OWN_SITES = ("same-origin", "none")


class AuditFilter(NamedTuple):
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
    it is the member logged in; a program's token is named beside. KeyError for an action that is
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
                network="" if who == VISITOR else access.find_network(),
            )
        )


def record_wrong_log_in(person: Person | None) -> None:
    """Add a line about a log-in that failed, of the person who has the email.

    Of strangers nothing is kept but that one tried, once an hour: people type passwords where
    emails belong, and nobody could ever prune these lines. For them the same is done for somebody
    else, and taken back: otherwise the time would tell who has a log-in.
    """
    with writing() as session:
        point = session.begin_nested()
        total, _ = rate_limits.count(
            session.connection(),
            rate_limits.plain_names("log-ins of strangers"),
            1,
            rate_limits.HOUR,
        )
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


def list_lines(
    wanted: AuditFilter, before: int | None = None, most: int | None = None
) -> Iterator[AuditLine]:
    """The lines, the newest first; those older than the line ``before`` (id)."""
    query = _query(wanted).limit(most)
    if before is not None:
        query = query.where(AuditLine.id < before)
    rows = db.session.scalars(query.execution_options(yield_per=500))
    # Who wants the first line alone leaves the rest with the database.
    with closing(rows):
        yield from rows


def list_actors() -> dict[int, str]:
    """Everybody who stands in the log, by id, as they were last called."""
    rows = db.session.execute(
        select(AuditLine.person_id, AuditLine.who)
        .where(AuditLine.person_id.is_not(None))
        .group_by(AuditLine.person_id, AuditLine.who)
        .order_by(db.func.max(AuditLine.id))
    )
    return {row.person_id: row.who for row in rows}


def find_last_action(actions: Collection[str], until: datetime | None = None) -> datetime | None:
    """When one of these was last done, up to ``until``, or None."""
    is_early = true() if until is None else AuditLine.at <= until
    found: datetime | None = db.session.scalar(
        select(db.func.max(AuditLine.at)).where(AuditLine.action.in_(actions), is_early)
    )
    return found


def _query(wanted: AuditFilter) -> Select[AuditLine]:
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
    if has_request_context():
        return STRANGER
    return runtime().actor or WORKER


def describe_action(action: str, about: str) -> str:
    """Return what a line says after the name of who did it.

    >>> describe_action("experiment.started", "“Larder”, test 1")
    'started “Larder”, test 1'
    """
    return f"{PHRASES[action]} {about}".rstrip()


def note_refusal(action: str) -> None:
    """Add the line to the log, unless it stands there already.

    A database that cannot be written, or not at once, does not change what they are answered.
    """
    person, rule = access.find_person(), request.url_rule
    if person is None or rule is None:
        return
    route = route_name(request.method, rule.rule)
    names = refusal_names(person.id, route)
    # A request that waits for a second connection while it has one may wait for itself.
    end_reading()
    try:
        if rate_limits.wait_for(names, 1):
            return
        with writing(within=REFUSAL_PATIENCE) as session:
            total, _ = rate_limits.count(session.connection(), names, 1, REFUSAL_WINDOW)
            if total == 1:
                record(action, route)
    except SQLAlchemyError as error:
        log.warning("that %s was refused could not be written down: %s", route, describe(error))


def route_name(method: str, rule: str) -> str:
    """Return what a line says of a route.

    >>> route_name("HEAD", "/experiments/<int:experiment_id>/signups")
    'GET /experiments/<experiment_id>/signups'
    """
    return f"{'GET' if method == 'HEAD' else method} {_CONVERTER.sub('<', rule)}"


def refusal_names(person_id: int, route: str) -> rate_limits.Names:
    """Return under which name it is counted that this member was turned away there."""
    return rate_limits.plain_names(f"turned away: {person_id} {route}")


class DownloadNotAsked(Refused):
    """A file that no person here asked for: no site of others may fill somebody's log."""

    status = 403
    title = "This download didn’t start in wbtest"

    def __init__(self) -> None:
        super().__init__("Open the page in wbtest that offers this file, and download it there.")


def record_download(action: str, about: str = "") -> None:
    """Add the line of a file that is sent now; a HEAD takes none away, so it adds none.

    Raises NotAsked when another site asks, or a browser that only looks ahead.
    """
    purposes = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    if (
        request.headers.get("Sec-Fetch-Site", "none") not in OWN_SITES
        or "prefetch" in purposes.lower()
    ):
        raise DownloadNotAsked
    if request.method != "HEAD":
        record(action, about)
