"""Migration 0017: lists of people that a team brings in, and who came with which."""

import sqlalchemy as sa
from alembic import op

import wbtest.store

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEX = "ix_signups_experiment_id_signups_list_number"
ON_A_LIST = sa.text("list_number IS NOT NULL")
COUNTS = ("people", "looked_at", "added", "known", "left_before", "wrong", "repeated")


def upgrade() -> None:
    moment = wbtest.store.UtcDateTime(timezone=True)
    op.create_table(
        "brought_lists",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("begun_at", moment, nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("taken_back_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", moment, nullable=True),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_brought_lists_experiment_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_brought_lists_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_back_by_id"], ["people.id"], name=op.f("fk_brought_lists_taken_back_by_id")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "number", name=op.f("pk_brought_lists")),
    )
    # Whoever was brought in before came with no list that is known.
    op.add_column("signups", sa.Column("list_number", sa.Integer(), nullable=True))
    # With a default for good: to take it away, SQLite would write every sign-up anew.
    op.add_column("signups", sa.Column("from_list", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        INDEX,
        "signups",
        ["experiment_id", "list_number"],
        sqlite_where=ON_A_LIST,
        postgresql_where=ON_A_LIST,
    )


def downgrade() -> None:
    op.drop_index(INDEX, "signups")
    with op.batch_alter_table("signups") as batch_op:
        batch_op.drop_column("from_list")
        batch_op.drop_column("list_number")
    op.drop_table("brought_lists")
