"""Migration 0007: totals by hour, day and kind; what people who converted did, as a count."""

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COUNTS = (
    "served",
    "seen",
    "converted",
    "arrived",
    "signups",
    "unseen",
    "confirmed",
    "answered",
    "agreed",
)
HOUR = ("experiment_id", "phase", "variant", "hour")
DAY = ("experiment_id", "phase", "variant", "day")
CLOCK = ("experiment_id", "phase", "variant", "clock")
KIND = ("experiment_id", "phase", "variant", "source", "device", "language", "excluded_because")
ACT = ("experiment_id", "phase", "variant", "kind", "item")
# With phase, number and variant of a question, a name in the last counts of a purged test.
OPENED = "opened:"
MACHINE = ("experiment_id", "variant", "reason", "family")

Sums = defaultdict[tuple[Any, ...], Counter[str]]


def upgrade() -> None:
    op.create_table(
        "hour_totals",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("variant", sa.String(length=30), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        *_count_columns(COUNTS),
        _of_experiment("hour_totals"),
        sa.PrimaryKeyConstraint(*HOUR, name=op.f("pk_hour_totals")),
    )
    op.create_table(
        "day_totals",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("variant", sa.String(length=30), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_count_columns(COUNTS),
        _of_experiment("day_totals"),
        sa.PrimaryKeyConstraint(*DAY, name=op.f("pk_day_totals")),
    )
    op.create_table(
        "clock_totals",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("variant", sa.String(length=30), nullable=False),
        sa.Column("clock", sa.Integer(), nullable=False),
        *_count_columns(COUNTS),
        _of_experiment("clock_totals"),
        sa.PrimaryKeyConstraint(*CLOCK, name=op.f("pk_clock_totals")),
    )
    op.create_table(
        "kind_totals",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("variant", sa.String(length=30), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("excluded_because", sa.String(length=20), nullable=False),
        *_count_columns(COUNTS),
        _of_experiment("kind_totals"),
        sa.PrimaryKeyConstraint(*KIND, name=op.f("pk_kind_totals")),
    )
    op.create_table(
        "machine_totals",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("variant", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("family", sa.String(length=60), nullable=False),
        *_count_columns(("count",)),
        _of_experiment("machine_totals"),
        sa.PrimaryKeyConstraint(*MACHINE, name=op.f("pk_machine_totals")),
    )
    with op.batch_alter_table("engagement_counts") as batch_op:
        batch_op.add_column(sa.Column("converted", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("engagement_counts") as batch_op:
        batch_op.alter_column("converted", server_default=None)
    _fill()
    _fill_converted()


def downgrade() -> None:
    for name in ("machine_totals", "kind_totals", "clock_totals", "day_totals", "hour_totals"):
        op.drop_table(name)
    with op.batch_alter_table("engagement_counts") as batch_op:
        batch_op.drop_column("converted")


def _fill() -> None:
    """Purged tests among them: their totals stand, though nobody can count them anew."""
    connection = op.get_bind()
    people = _table("hourly_counts", (*KIND, "hour", *COUNTS))
    machines = _table("machine_counts", (*MACHINE, "count"))
    _add_up("kind_totals", people, KIND, COUNTS)
    _add_up("machine_totals", machines, MACHINE, ("count",))
    experiments = sa.table(
        "experiments",
        sa.column("id"),
        sa.column("rule", sa.JSON),
        sa.column("sealed"),
        sa.column("time_zone"),
    )
    for experiment_id, rule, sealed, zone in connection.execute(sa.select(experiments)).all():
        # What counts is what was sealed; a draft has counted nothing.
        rule = json.loads(sealed)["rule"] if sealed else rule
        is_by_rule = [people.c.experiment_id == experiment_id, people.c.excluded_because == ""]
        if rule.get("sources") is not None:
            is_by_rule.append(people.c.source.in_(rule["sources"]))
        _add_up("hour_totals", people, HOUR, COUNTS, *is_by_rule)
        _add_up_days(experiment_id, ZoneInfo(zone))


def _add_up_days(experiment_id: int, zone: ZoneInfo) -> None:
    """From the hours: no database knows into which day of a zone each of them falls."""
    hours = _table("hour_totals", (*HOUR, *COUNTS))
    days: Sums = defaultdict(Counter)
    clock: Sums = defaultdict(Counter)
    is_ours = hours.c.experiment_id == experiment_id
    for row in op.get_bind().execute(sa.select(hours).where(is_ours)).mappings():
        local = datetime.fromtimestamp(row["hour"], UTC).astimezone(zone)
        counts = {name: row[name] for name in COUNTS}
        days[experiment_id, row["phase"], row["variant"], local.date()].update(counts)
        clock[experiment_id, row["phase"], row["variant"], local.hour].update(counts)
    for name, key, sums in (("day_totals", DAY, days), ("clock_totals", CLOCK, clock)):
        rows = [dict(zip(key, place, strict=True)) | dict(n) for place, n in sums.items()]
        if rows:
            # A day has to be known as one: SQLite keeps it as text.
            places = [sa.column(part, sa.Date if part == "day" else None) for part in key]
            into = sa.table(name, *places, *[sa.column(column) for column in COUNTS])
            op.get_bind().execute(sa.insert(into), rows)


def _fill_converted() -> None:
    """From the rows; of purged tests from what was kept of opened questions when they went."""
    connection = op.get_bind()
    engagements = _table("engagements", (*ACT, "visitor"))
    signups = _table("signups", ("experiment_id", "visitor", "is_converted", "excluded_because"))
    place = [engagements.c[name] for name in ACT]
    counts = _table("engagement_counts", (*ACT, "converted"))
    is_it = [counts.c[name] == sa.bindparam(f"the_{name}") for name in ACT]
    set_to = sa.update(counts).where(*is_it).values(converted=sa.bindparam("number"))
    found = connection.execute(
        sa.select(*place, sa.func.count())
        .join(
            signups,
            (signups.c.experiment_id == engagements.c.experiment_id)
            & (signups.c.visitor == engagements.c.visitor),
        )
        .where(sa.column("is_converted", sa.Boolean), signups.c.excluded_because == "")
        .group_by(*place)
    )
    rows = [tuple(row) for row in found]
    experiments = sa.table(
        "experiments", sa.column("id"), sa.column("last_counts", sa.JSON), sa.column("purged_at")
    )
    purged = sa.select(experiments.c.id, experiments.c.last_counts).where(
        experiments.c.purged_at.is_not(None)
    )
    for experiment_id, kept in connection.execute(purged):
        for name, number in kept.items():
            if name.startswith(OPENED):
                *phase, item, variant = name.removeprefix(OPENED).split(":")
                phase = int(phase[0]) if phase else 1
                rows.append((experiment_id, phase, variant, "faq", item, number))
    names = [*[f"the_{name}" for name in ACT], "number"]
    if rows:
        connection.execute(set_to, [dict(zip(names, row, strict=True)) for row in rows])


def _add_up(
    name: str,
    hours: sa.TableClause,
    key: tuple[str, ...],
    counts: tuple[str, ...],
    *which: sa.ColumnElement[bool],
) -> None:
    places = [hours.c[column] for column in key]
    sums = [sa.func.sum(hours.c[column]) for column in counts]
    rows = sa.select(*places, *sums).where(*which).group_by(*places)
    into = _table(name, (*key, *counts))
    op.get_bind().execute(sa.insert(into).from_select([*key, *counts], rows))


def _table(name: str, columns: tuple[str, ...]) -> sa.TableClause:
    return sa.table(name, *[sa.column(column) for column in columns])


def _count_columns(names: tuple[str, ...]) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _of_experiment(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["experiment_id"], ["experiments.id"], name=op.f(f"fk_{table}_experiment_id")
    )
