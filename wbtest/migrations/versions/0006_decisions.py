"""Migration 0006: papers of decisions, spend, notes, shared links, mails, learnings, scope."""

import sqlalchemy as sa
from alembic import op

import wbtest.store

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_choices",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("wants_weekly", sa.Boolean(), nullable=False),
        sa.Column("wants_events", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_mail_choices_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_mail_choices_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", name=op.f("pk_mail_choices")),
    )
    op.create_index(op.f("ix_mail_choices_person_id"), "mail_choices", ["person_id"], unique=False)

    op.create_table(
        "scope_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("serves", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'doing', 'done', 'dropped')", name=op.f("ck_scope_items_state")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_scope_items_release_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_scope_items_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope_items")),
    )
    op.create_index(op.f("ix_scope_items_release_id"), "scope_items", ["release_id"], unique=False)
    op.create_index(
        op.f("ix_scope_items_workspace_id"), "scope_items", ["workspace_id"], unique=False
    )

    op.create_table(
        "scope_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["scope_items.id"], name=op.f("fk_scope_changes_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_scope_changes_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_scope_changes_release_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_scope_changes_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope_changes")),
    )
    op.create_index(op.f("ix_scope_changes_item_id"), "scope_changes", ["item_id"], unique=False)
    op.create_index(
        op.f("ix_scope_changes_release_id"), "scope_changes", ["release_id"], unique=False
    )
    op.create_index(
        op.f("ix_scope_changes_workspace_id"), "scope_changes", ["workspace_id"], unique=False
    )

    op.create_table(
        "annotations",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("written_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_annotations_experiment_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_annotations_person_id")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "key", name=op.f("pk_annotations")),
    )
    op.create_table(
        "assumption_marks",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("marked_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('number', 'question')", name=op.f("ck_assumption_marks_kind")),
        sa.CheckConstraint(
            "state IN ('confirmed', 'refuted', 'open')", name=op.f("ck_assumption_marks_state")
        ),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_assumption_marks_experiment_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_assumption_marks_person_id")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "number", name=op.f("pk_assumption_marks")),
    )
    op.create_table(
        "decision_papers",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("memo", sa.JSON(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("settled_at", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.Column("seconded_by_id", sa.Integer(), nullable=True),
        sa.Column("stands_as", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "choice IN ('go', 'iterate', 'stop')", name=op.f("ck_decision_papers_choice")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'stands', 'withdrawn', 'overtaken')",
            name=op.f("ck_decision_papers_state"),
        ),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_decision_papers_experiment_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_decision_papers_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["seconded_by_id"], ["people.id"], name=op.f("fk_decision_papers_seconded_by_id")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "number", name=op.f("pk_decision_papers")),
        sa.UniqueConstraint(
            "experiment_id", "stands_as", name=op.f("uq_decision_papers_experiment_id_stands_as")
        ),
    )
    op.create_table(
        "learning_cards",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("surprise", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_learning_cards_experiment_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_learning_cards_person_id")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "version", name=op.f("pk_learning_cards")),
    )
    op.create_table(
        "shared_links",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_shared_links_experiment_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["people.id"], name=op.f("fk_shared_links_made_by_id")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "number", name=op.f("pk_shared_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_shared_links_token_hash")),
    )
    op.create_table(
        "spends",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("sending", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_spends_amount")),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_spends_experiment_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_spends_person_id")),
        sa.PrimaryKeyConstraint("experiment_id", "sending", "place", name=op.f("pk_spends")),
    )
    op.create_table(
        "told",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("told_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_told_experiment_id")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "occasion", name=op.f("pk_told")),
    )


def downgrade() -> None:
    op.drop_table("told")
    op.drop_table("spends")
    op.drop_table("shared_links")
    op.drop_table("learning_cards")
    op.drop_table("decision_papers")
    op.drop_table("assumption_marks")
    op.drop_table("annotations")
    op.drop_index(op.f("ix_scope_changes_workspace_id"), table_name="scope_changes")
    op.drop_index(op.f("ix_scope_changes_release_id"), table_name="scope_changes")
    op.drop_index(op.f("ix_scope_changes_item_id"), table_name="scope_changes")

    op.drop_table("scope_changes")
    op.drop_index(op.f("ix_scope_items_workspace_id"), table_name="scope_items")
    op.drop_index(op.f("ix_scope_items_release_id"), table_name="scope_items")

    op.drop_table("scope_items")
    op.drop_index(op.f("ix_mail_choices_person_id"), table_name="mail_choices")

    op.drop_table("mail_choices")
