"""The team as a whole: its set-up, its name, who answers for its pages, deleting everything."""

import secrets
from typing import NamedTuple

import sqlalchemy as sa

from wbtest.extensions import Base, clock, db
from wbtest.store import GROUP_LOCK, Invalid, Refused, hold, insert, writing
from wbtest.team import access, passwords, sessions
from wbtest.team.audit import WORKER, record
from wbtest.team.models import AuditLine, Membership, PagesVersion, Person, SetupLink, TeamSettings
from wbtest.team.people import check_owner, clean_email, has_owner, new_person

# What tells nothing of the team: how far the worker is, how often pages were changed, and under
# which keys limits are counted, which every process remembers.
KEPT_TABLES = {"job_runs", "limit_keys", "pages_version"}
DELETED = "team.deleted"
PURGED = "experiment.purged"


def change_team(
    *,
    name: str | None = None,
    controller: str | None = None,
    contact_email: str | None = None,
) -> TeamSettings:
    """Change what the team is called and who answers for its pages; None stays as it is.

    Returns the team. Raises Invalid at ``contact_email`` when no mail can reach it.
    """
    if contact_email is not None:
        contact_email = clean_email(contact_email, "contact_email")
    given = {"name": name, "controller": controller, "contact_email": contact_email}
    with writing():
        team = access.get_team()
        hold(team)
        for field, text in given.items():
            if text is not None:
                setattr(team, field, text)
        record("team.changed", f"{team.name}: {team.controller}")
        announce_change()
    return team


def announce_change() -> None:
    """Make every page server read its pages again; joins the open transaction."""
    first = insert(db.engine.dialect.name, PagesVersion).values(id=1, version=1)
    db.session.execute(
        first.on_conflict_do_update(
            index_elements=[PagesVersion.id], set_={"version": PagesVersion.version + 1}
        )
    )


class Contents(NamedTuple):
    """What would go: how many people, releases, experiments, addresses, and mails that wait."""

    people: int
    releases: int
    experiments: int
    signups: int
    unsent: int


def count_contents() -> Contents:
    """Count what would go."""
    tables = Base.metadata.tables

    def count(name: str) -> int:
        table = tables[name]
        query = sa.select(sa.func.count()).select_from(table)
        if name == "signups":
            query = query.where(table.c.left_at.is_(None))
        if name == "outbox_mails":
            query = query.where(table.c.state == "waiting")
        return db.session.scalar(query) or 0

    return Contents(*map(count, ("people", "releases", "experiments", "signups", "outbox_mails")))


def delete_everything(owner: Person, *, name: str, password: str) -> None:
    """Delete all that there is, the log-ins too; the next visit begins with the set-up.

    The owner types the team's name and their own password. Raises Invalid at one of the two,
    NotOwner when they are none any more, and Refused while a page is open to strangers.
    """
    if " ".join(name.split()) != access.get_team().name:
        raise Invalid("team_name", f"Enter {access.get_team().name} to confirm.")
    stored = passwords.check_password(owner, password)
    with writing() as session:
        _keep_visits_out()
        _keep_starts_out()
        team = access.get_team()
        hold(team)
        check_owner(owner)
        passwords.hold_with_password(owner, stored)
        if said := open_pages_sentence(find_open_pages()):
            raise Refused(said)
        # Read before their rows go.
        called, who = team.name, f"{owner.name} <{owner.email}>"
        session.flush()
        session.expunge_all()
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in {*KEPT_TABLES, AuditLine.__tablename__}:
                session.execute(sa.delete(table))
        # Its guard lets lines go as soon as there is no team.
        purges = sa.select(sa.func.max(AuditLine.at)).where(AuditLine.action == PURGED)
        purged = session.scalar(purges)
        session.execute(sa.delete(AuditLine).where(AuditLine.action != DELETED))
        if purged is not None:
            # Copies from before a purge still go on their day.
            record(PURGED, "a page", who=WORKER, at=purged)
        # Last, so that its moment is that of the end: traces are wiped of what was deleted by then.
        record(DELETED, called, who=who)
        announce_change()


def _keep_visits_out() -> None:
    """Let no group of events come in meanwhile: one of them would hold its experiment fast.

    Before any row is held, as by all who take both. On SQLite nobody else writes anyway.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(GROUP_LOCK)))


def _keep_starts_out() -> None:
    """Hold every experiment: a start is over by then and its page found open, or finds nothing.

    Before the team is held: a start holds its experiment when it writes what points there.
    """
    experiments = Base.metadata.tables["experiments"]
    db.session.execute(
        sa.select(experiments.c.id).order_by(experiments.c.id).with_for_update()
    ).all()


def find_open_pages() -> list[str]:
    """The slugs of all pages that strangers may open; they would break under them."""
    experiments, releases = (Base.metadata.tables[name] for name in ("experiments", "releases"))
    newer = experiments.alias()
    is_replaced = sa.exists().where(
        newer.c.release_id == experiments.c.release_id,
        newer.c.started_at.is_not(None),
        newer.c.attempt > experiments.c.attempt,
    )
    found = db.session.scalars(
        sa.select(releases.c.slug)
        .distinct()
        .join(experiments, experiments.c.release_id == releases.c.id)
        .where(
            experiments.c.state.in_(("running", "paused"))
            | ((experiments.c.afterwards == "open") & ~is_replaced)
        )
        .order_by(releases.c.slug)
    )
    return [*found]


def open_pages_sentence(slugs: list[str]) -> str:
    """Return the sentence about pages that keep everything from being deleted, or ''.

    >>> open_pages_sentence(["a", "b", "c"])
    '/p/a, /p/b and /p/c are live. End their tests or close the pages first, then delete.'
    """
    if not slugs:
        return ""
    *others, last = [f"/p/{slug}" for slug in slugs]
    named = f"{', '.join(others)} and {last}" if others else last
    verb = "are" if others else "is"
    what = "their tests or close the pages" if others else "its test or close the page"
    return f"{named} {verb} live. End {what} first, then delete."


class SetupLinkSpent(Refused):
    """The link is unknown or was used. No words of its own: it must look like any wrong address."""

    status = 404


def make_setup_link() -> str:
    """Return the token of a new set-up link; older links stop working.

    Raises Refused when somebody owns this instance already.
    """
    token = secrets.token_urlsafe(32)
    with writing() as session:
        if has_owner():
            raise Refused("This instance has an owner. Add people with `wbtest user create`.")
        session.execute(db.delete(SetupLink))
        session.add(SetupLink(token_hash=sessions.digest(token), created_at=clock.now()))
    return token


def is_setup_open(token: str) -> bool:
    """Whether the link would still make an owner."""
    link = db.session.get(SetupLink, sessions.digest(token))
    return link is not None and not has_owner()


def set_up(
    token: str,
    *,
    name: str,
    email: str,
    password: str,
    team_name: str,
    controller: str = "",
    contact_email: str = "",
) -> Person:
    """Make the team and its owner, and spend the link.

    ``controller`` is who answers for the public pages (default: the person and the team),
    ``contact_email`` where visitors can write to (default: the owner's email). Of two who come at
    once only one gets through. Raises SetupLinkSpent, or Invalid at a field.
    """
    person = new_person(email=email, name=name, password=password)
    team = TeamSettings(
        name=team_name,
        controller=controller or f"{name}, {team_name}",
        contact_email=clean_email(contact_email or email, "contact_email"),
        created_at=clock.now(),
    )
    with writing() as session:
        # All links at once: the rows are locked, so a second request finds none.
        spent = session.scalars(db.delete(SetupLink).returning(SetupLink.token_hash)).all()
        if sessions.digest(token) not in spent or has_owner():
            raise SetupLinkSpent
        session.add_all([team, person])
        session.add(Membership(person=person, role="owner", created_at=clock.now()))
        session.flush()
        record("team.made", team.name, by=person)
    return person
