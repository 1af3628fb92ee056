"""Migration 0011: how often each day of a test was written, so that nobody reads it twice."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_changes",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"],
            ["experiments.id"],
            name=op.f("fk_day_changes_experiment_id"),
        ),
        sa.PrimaryKeyConstraint("experiment_id", "phase", "day", name=op.f("pk_day_changes")),
    )


def downgrade() -> None:
    op.drop_table("day_changes")
