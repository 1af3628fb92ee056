"""Deleting a workspace: everything of it goes in one transaction, and a line of the log stays."""

from typing import NamedTuple

import sqlalchemy as sa

from wbtest.delivery.models import OutboxMail
from wbtest.extensions import Base, db
from wbtest.runtime import runtime
from wbtest.store import GROUP_LOCK, Invalid, Refused, hold, writing
from wbtest.team.account import daily
from wbtest.team.account.models import DailyMail
from wbtest.team.audit.log import record
from wbtest.team.members import check_owner
from wbtest.team.models import AuditLine, Membership, Person, Workspace
from wbtest.team.own_password import check_password, hold_unchanged
from wbtest.team.ties import OF_PEOPLE, belongs, people_named, tables_inside


class Contents(NamedTuple):
    """What would go: how many people, releases, experiments, addresses, and mails that wait."""

    people: int
    releases: int
    experiments: int
    signups: int
    unsent: int


def contents_of(workspace: Workspace) -> Contents:
    """Count what would go with the workspace."""
    tables = Base.metadata.tables

    def count(name: str) -> int:
        table = tables[name]
        query = sa.select(sa.func.count()).select_from(table).where(belongs(table, workspace.id))
        if name == "signups":
            query = query.where(table.c.left_at.is_(None))
        if name == "outbox_mails":
            query = query.where(table.c.state == "waiting")
        return db.session.scalar(query) or 0

    return Contents(
        *map(count, ("memberships", "releases", "experiments", "signups", "outbox_mails"))
    )


def delete_workspace(workspace: Workspace, owner: Person, *, name: str, password: str) -> None:
    """Delete the workspace with everything in it, and the people who have no other one.

    Whoever does it types its name and their own password. Raises Invalid at one of the two,
    NotOwner when they are none any more, and Refused while a page of it is open to strangers.
    """
    if " ".join(name.split()) != workspace.name:
        raise Invalid("workspace_name", f"Type {workspace.name} to say that you mean this one.")
    stored = check_password(owner, password)
    # Read before the transaction, since another owner may have been faster.
    workspace_id = workspace.id
    with writing() as session:
        _keep_visits_out()
        _keep_starts_out(workspace_id)
        hold(workspace)
        check_owner(workspace, owner)
        hold_unchanged(owner, stored)
        if said := still_open(find_open_pages(workspace.id)):
            raise Refused(said)
        # Read before their rows go.
        called, who = workspace.name, f"{owner.name} <{owner.email}>"
        session.flush()
        session.expunge_all()
        _hold_back_mail(workspace_id)
        for table in reversed(tables_inside()):
            session.execute(sa.delete(table).where(belongs(table, workspace_id)))
        _delete_people(workspace_id)
        session.execute(sa.delete(Workspace).where(Workspace.id == workspace_id))
        session.execute(sa.delete(AuditLine).where(AuditLine.workspace_id == workspace_id))
        # Last, so that its moment is that of the end: traces are wiped of what was deleted by then.
        record(None, "workspace.deleted", f"{called} (number {workspace_id})", who=who)
        runtime().hooks.announce_change()


def _keep_visits_out() -> None:
    """Let no group of events come in meanwhile: one of ours would hold its experiment fast.

    Before any row is held, as by all who take both. On SQLite nobody else writes anyway.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(GROUP_LOCK)))


def _keep_starts_out(workspace_id: int) -> None:
    """Hold every experiment: a start is over by then and its page found open, or finds nothing.

    Before the workspace is held: a start holds its experiment when it writes what points there.
    """
    experiments = Base.metadata.tables["experiments"]
    of_ours = sa.select(experiments.c.id).where(experiments.c.workspace_id == workspace_id)
    db.session.execute(of_ours.order_by(experiments.c.id).with_for_update()).all()


def _hold_back_mail(workspace_id: int) -> None:
    """Delete mails of the day, not sent yet, that tell of this workspace beside others.

    Nothing counts as told to their readers, so the next one tells the rest.
    """
    session = db.session
    members = sa.select(Membership.person_id).where(Membership.workspace_id == workspace_id)
    gone = session.scalars(
        sa.delete(OutboxMail)
        .where(
            OutboxMail.workspace_id.is_(None),
            OutboxMail.leave_url.contains(daily.STOP, autoescape=True),
            OutboxMail.recipient.in_(sa.select(Person.email).where(Person.id.in_(members))),
        )
        .returning(OutboxMail.recipient)
        .execution_options(synchronize_session=False)
    ).all()
    readers = sa.select(Person.id).where(Person.email.in_(gone))
    session.execute(
        sa.update(DailyMail).where(DailyMail.person_id.in_(readers)).values(told={}, looked_on=None)
    )


def _delete_people(workspace_id: int) -> None:
    """Delete the memberships, and whoever is in no workspace now; they can log in no more.

    Who left this one before goes too, and who left another one, unless a row there names them:
    their name stands beside what they wrote, and they keep the log-in.
    """
    session = db.session
    session.execute(sa.delete(Membership).where(Membership.workspace_id == workspace_id))
    kept = set(session.scalars(sa.union(*people_named())))
    gone = set(session.scalars(sa.select(Person.id))) - kept
    theirs = [Base.metadata.tables[name] for name in sorted(OF_PEOPLE - {"people"})]
    for statement in (
        *(sa.delete(table).where(table.c.person_id.in_(gone)) for table in theirs),
        # Mail to them that says no workspace, such as the daily list of what waits.
        sa.delete(OutboxMail).where(
            OutboxMail.workspace_id.is_(None),
            OutboxMail.recipient.in_(sa.select(Person.email).where(Person.id.in_(gone))),
        ),
        sa.delete(Person).where(Person.id.in_(gone)),
    ):
        session.execute(statement)


def find_open_pages(workspace_id: int) -> list[str]:
    """The slugs of all pages that strangers may open; they would break under them."""
    experiments = Base.metadata.tables["experiments"]
    found = db.session.scalars(
        sa.select(experiments.c.slug)
        .where(experiments.c.workspace_id == workspace_id)
        .where(
            experiments.c.state.in_(("running", "paused")) | (experiments.c.afterwards == "open")
        )
        .order_by(experiments.c.slug)
    )
    return [*found]


def still_open(slugs: list[str]) -> str:
    """Return the sentence about pages that keep a workspace from being deleted, or ''.

    >>> still_open(["a", "b", "c"])
    '/p/a, /p/b and /p/c are open to strangers. End or close them first, then delete.'
    """
    if not slugs:
        return ""
    *others, last = [f"/p/{slug}" for slug in slugs]
    named = f"{', '.join(others)} and {last}" if others else last
    verb, what = ("are", "them") if others else ("is", "it")
    return f"{named} {verb} open to strangers. End or close {what} first, then delete."
