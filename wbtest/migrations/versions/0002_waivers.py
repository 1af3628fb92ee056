"""Migration 0002: waivers, and what a workspace tells the coach."""

import sqlalchemy as sa
from alembic import op

import wbtest.store

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXED = ("release_id", "revision_id", "workspace_id")


def upgrade() -> None:
    op.create_table(
        "waivers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=4), nullable=False),
        sa.Column("severity", sa.String(length=4), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("waived_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_waivers_person_id")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_waivers_release_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_waivers_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_waivers_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waivers")),
    )
    for column in INDEXED:
        op.create_index(op.f(f"ix_waivers_{column}"), "waivers", [column], unique=False)


    op.create_table(
        "coach_settings",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("jargon", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Text(), nullable=False),
        sa.Column("muted", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_coach_settings_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_coach_settings")),
    )


def downgrade() -> None:
    op.drop_table("coach_settings")
    for column in INDEXED:
        op.drop_index(op.f(f"ix_waivers_{column}"), table_name="waivers")
    op.drop_table("waivers")
