"""Compare what is stored with itself: `wbtest verify` the database, `wbtest verify-memo` a memo."""

import os
from collections.abc import Callable, Iterable
from typing import BinaryIO

import click

from wbtest.audience.recording.rollup import differences, rebuild
from wbtest.cli.startup import opened
from wbtest.decisions import memo_proof
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import BROKEN, described, faults_of
from wbtest.review.models import Approval
from wbtest.store import writing
from wbtest.writing.document import digest, from_json
from wbtest.writing.models import Revision

ROLL_UPS = "roll-ups"


@click.command()
@click.option("--fix", is_flag=True, help="Recount the roll-ups that differ, while all runs.")
def verify(*, fix: bool) -> None:
    """Check the database, its seals and its totals.

    Exit code 0 when all agrees, after fixing if asked; 1 when something still differs.
    """
    checks: dict[str, Callable[[], Iterable[str]]] = {
        "file": find_damage,
        "references": find_broken_references,
        "revisions": find_changed_revisions,
        "approvals": find_changed_approvals,
        "seals": find_changed_tests,
        ROLL_UPS: find_wrong_counts,
    }
    with opened(os.environ):
        fixed = fix_counts() if fix else []
        found = {name: list(check()) for name, check in checks.items()}
        purged = count_purged()
    if fixed:
        click.echo(f"{'fixed':<12}{len(fixed)} of the roll-ups differed; they were recounted")
        _show(fixed)
    for name, lines in found.items():
        click.echo(f"{name:<12}{f'{len(lines)} differ' if lines else 'ok'}")
        _show(lines)
    if purged:
        tests = "1 experiment" if purged == 1 else f"{purged} experiments"
        click.echo(
            f"{'purged':<12}{tests}: only totals of their visitors are left, which nothing can "
            "prove"
        )
    if found[ROLL_UPS]:
        click.echo("To recount the roll-ups: wbtest verify --fix")
    if any(found.values()):
        raise SystemExit(1)


def fix_counts() -> list[str]:
    """Recount what differs, each experiment in a transaction of its own; return what differed.

    So visitors wait for one experiment at a time, and only where there is something to fix.
    """
    found = []
    for one in db.session.scalars(db.select(Experiment.id).order_by(Experiment.id)).all():
        wrong = differences(db.session, one)
        if wrong:
            with writing() as session:
                rebuild(session, one)
        found += wrong
    return found


def _show(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(f"  {line}")


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
        name = f"revision {revision.number} of release {revision.release_id}"
        try:
            if digest(from_json(revision.document)) != revision.digest:
                yield f"{name} was changed"
        except BROKEN as error:
            yield f"{name} can’t be read: {described(error)}"


def find_changed_approvals() -> Iterable[str]:
    """Approvals of another text than the one that is stored."""
    for approval in db.session.scalars(db.select(Approval).order_by(Approval.id)):
        if approval.digest != approval.revision.digest:
            yield (
                f"the approval of revision {approval.revision.number} of release "
                f"{approval.revision.release_id} is for another text"
            )


def find_changed_tests() -> Iterable[str]:
    """Started tests that are not what was approved and sealed."""
    started = db.session.scalars(
        db.select(Experiment).where(Experiment.state != "draft").order_by(Experiment.id)
    )
    for one, faults in faults_of(started).items():
        yield from (f"experiment {one}: {fault}" for fault in faults)


def count_purged() -> int:
    """How many experiments have no raw events any more, against which to count."""
    query = db.select(db.func.count(Experiment.id)).where(Experiment.purged_at.is_not(None))
    return db.session.scalar(query) or 0


def find_wrong_counts() -> Iterable[str]:
    """Roll-ups that differ from a count of the raw events."""
    return differences(db.session)


@click.command("verify-memo")
@click.argument("file", type=click.File("rb"))
def verify_memo(file: BinaryIO) -> None:
    """Recompute a memo from FILE, its JSON export (- for standard input).

    Every digest is compared with what it is of, then rates, intervals, evidence and verdict with
    those that follow from the counts in FILE. Needs no database.

    \b
    Exit code:
      0  everything agrees
      1  something differs: each value is listed with what it should be
      2  FILE is no memo, or cannot be read (as every command refuses: ``cli.Commands``)
    """
    found = memo_proof.differences(file.read())
    for difference in found:
        click.echo(difference)
    if found:
        raise SystemExit(1)
    click.echo("The digests hold, and the figures follow from the counts.")
