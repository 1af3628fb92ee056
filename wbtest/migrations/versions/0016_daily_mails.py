"""Migration 0016: who wants the mail of the day, when their morning is, and what it has told them.

A process of the version before cannot send its own mail of the day meanwhile, and notes so.
"""

import sqlalchemy as sa
from alembic import op

from wbtest.store import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "daily_mails",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_daily_mails_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_daily_mails")),
    )
    op.execute(
        "INSERT INTO daily_mails (person_id, is_wanted, time_zone, looked_on)"
        " SELECT person_id, TRUE, '', sent_on FROM digests_sent"
    )
    op.drop_table("digests_sent")
    op.create_table(
        "needs_told",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("thing", sa.String(length=60), nullable=False),
        sa.Column("told_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_needs_told_workspace_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_needs_told_person_id")),
        sa.PrimaryKeyConstraint(
            "workspace_id", "person_id", "thing", "message_id", name=op.f("pk_needs_told")
        ),
    )
    op.create_index(op.f("ix_needs_told_person_id"), "needs_told", ["person_id"])
    op.create_index(op.f("ix_needs_told_message_id"), "needs_told", ["message_id"])


def downgrade() -> None:
    op.drop_table("needs_told")
    op.create_table(
        "digests_sent",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_digests_sent_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_digests_sent")),
    )
    op.execute(
        "INSERT INTO digests_sent (person_id, sent_on)"
        " SELECT person_id, looked_on FROM daily_mails WHERE looked_on IS NOT NULL"
    )
    op.drop_table("daily_mails")
