"""`wbtest verify`: whether what is stored agrees with itself."""

import os
from collections.abc import Callable, Iterable

import click

from wbtest.audience.recording.rollup import differences
from wbtest.cli.instance import opened
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.review.models import Approval
from wbtest.writing.document import digest, from_json
from wbtest.writing.models import Revision


@click.command()
def verify() -> None:
    """Check the database: whole, consistent, approvals unchanged, roll-ups equal to raw events.

    Exit code 1 when something differs.
    """
    checks: dict[str, Callable[[], Iterable[str]]] = {
        "file": find_damage,
        "references": find_broken_references,
        "revisions": find_changed_revisions,
        "approvals": find_changed_approvals,
        "roll-ups": find_wrong_counts,
    }
    with opened(os.environ):
        found = {name: list(check()) for name, check in checks.items()}
        purged = count_purged()
    for name, lines in found.items():
        click.echo(f"{name:<12}{f'{len(lines)} differ' if lines else 'ok'}")
        for line in lines:
            click.echo(f"  {line}")
    if purged:
        tests = "1 experiment" if purged == 1 else f"{purged} experiments"
        click.echo(f"{'purged':<12}{tests}: of their visitors only totals are left, unproved")
    if any(found.values()):
        raise SystemExit(1)


def find_damage() -> Iterable[str]:
    """What SQLite's own check finds; PostgreSQL checks itself."""
    if db.engine.dialect.name != "sqlite":
        return []
    said = db.session.connection().exec_driver_sql("PRAGMA integrity_check").scalars()
    return [line for line in said if line != "ok"]


def find_broken_references() -> Iterable[str]:
    """Rows that name a row which is not there; PostgreSQL allows none."""
    if db.engine.dialect.name != "sqlite":
        return []
    rows = db.session.connection().exec_driver_sql("PRAGMA foreign_key_check").all()
    return [f"{table}, row {row}, names no row of {parent}" for table, row, parent, _ in rows]


def find_changed_revisions() -> Iterable[str]:
    """Frozen texts that are not what was frozen."""
    for revision in db.session.scalars(db.select(Revision).order_by(Revision.id)):
        if digest(from_json(revision.document)) != revision.digest:
            yield f"revision {revision.number} of release {revision.release_id} was changed"


def find_changed_approvals() -> Iterable[str]:
    """Approvals of another text than the one that is stored."""
    for approval in db.session.scalars(db.select(Approval).order_by(Approval.id)):
        if approval.digest != approval.revision.digest:
            yield (
                f"the approval of revision {approval.revision.number} of release "
                f"{approval.revision.release_id} is for another text"
            )


def count_purged() -> int:
    """How many experiments have no raw events any more, against which to count."""
    query = db.select(db.func.count(Experiment.id)).where(Experiment.purged_at.is_not(None))
    return db.session.scalar(query) or 0


def find_wrong_counts() -> Iterable[str]:
    """Roll-ups that differ from a count of the raw events."""
    return [str(difference) for difference in differences(db.session)]
