"""Migration 0003: every save, questions that wait, and the review with its people."""

import sqlalchemy as sa
from alembic import op

import wbtest.store

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digests_sent",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_digests_sent_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_digests_sent")),
    )
    op.create_table(
        "review_settings",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("approvals", sa.Integer(), nullable=False),
        sa.Column("required", sa.JSON(), nullable=False),
        sa.CheckConstraint("approvals BETWEEN 1 AND 9", name=op.f("ck_review_settings_approvals")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_review_settings_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_review_settings")),
    )
    op.create_table(
        "candidates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=9), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "audience IN ('external', 'internal')", name=op.f("ck_candidates_audience")
        ),
        sa.CheckConstraint(
            "outcome IN ('waiting', 'accepted', 'merged', 'dismissed')",
            name=op.f("ck_candidates_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_candidates_release_id")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["people.id"], name=op.f("fk_candidates_settled_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_candidates_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidates")),
    )
    op.create_index(op.f("ix_candidates_release_id"), "candidates", ["release_id"], unique=False)
    op.create_index(
        op.f("ix_candidates_workspace_id"), "candidates", ["workspace_id"], unique=False
    )

    op.create_table(
        "reviewers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("link_name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("function", sa.String(length=20), nullable=False),
        sa.Column("sees_internal", sa.Boolean(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("invited_at", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.Column("expires_at", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["people.id"], name=op.f("fk_reviewers_invited_by_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reviewers_person_id")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_reviewers_release_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_reviewers_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewers")),
        sa.UniqueConstraint(
            "release_id", "person_id", name=op.f("uq_reviewers_release_id_person_id")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_reviewers_token_hash")),
    )
    op.create_index(op.f("ix_reviewers_person_id"), "reviewers", ["person_id"], unique=False)
    op.create_index(op.f("ix_reviewers_release_id"), "reviewers", ["release_id"], unique=False)
    op.create_index(op.f("ix_reviewers_workspace_id"), "reviewers", ["workspace_id"], unique=False)

    op.create_table(
        "saves",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parts", sa.String(length=300), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_saves_person_id")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_saves_release_id")),
        sa.PrimaryKeyConstraint("release_id", "version", name=op.f("pk_saves")),
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("suggestion", sa.Text(), nullable=True),
        sa.Column("written_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("settled_at", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('', 'resolved', 'applied', 'declined')", name=op.f("ck_comments_outcome")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["comments.id"], name=op.f("fk_comments_parent_id")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_comments_release_id")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["reviewers.id"], name=op.f("fk_comments_reviewer_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_comments_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["reviewers.id"], name=op.f("fk_comments_settled_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_comments_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    op.create_index(op.f("ix_comments_parent_id"), "comments", ["parent_id"], unique=False)
    op.create_index(op.f("ix_comments_release_id"), "comments", ["release_id"], unique=False)
    op.create_index(op.f("ix_comments_reviewer_id"), "comments", ["reviewer_id"], unique=False)
    op.create_index(op.f("ix_comments_revision_id"), "comments", ["revision_id"], unique=False)
    op.create_index(op.f("ix_comments_workspace_id"), "comments", ["workspace_id"], unique=False)

    op.create_table(
        "forecasts",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("made_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "0 <= low AND low <= rate AND rate <= high AND high <= 1",
            name=op.f("ck_forecasts_range"),
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["reviewers.id"], name=op.f("fk_forecasts_reviewer_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_forecasts_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_forecasts_workspace_id")
        ),
        sa.PrimaryKeyConstraint("revision_id", "reviewer_id", name=op.f("pk_forecasts")),
    )
    op.create_index(op.f("ix_forecasts_workspace_id"), "forecasts", ["workspace_id"], unique=False)

    op.create_table(
        "readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("is_after_reading", sa.Boolean(), nullable=False),
        sa.Column("answered_at", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.Column("started_at", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_at", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closing", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("verdict_reason", sa.Text(), nullable=False),
        sa.Column("verdict_at", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "verdict IN ('', 'approve', 'another', 'stop')", name=op.f("ck_readings_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["reviewers.id"], name=op.f("fk_readings_reviewer_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_readings_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_readings_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
        sa.UniqueConstraint(
            "revision_id", "reviewer_id", name=op.f("uq_readings_revision_id_reviewer_id")
        ),
    )
    op.create_index(op.f("ix_readings_reviewer_id"), "readings", ["reviewer_id"], unique=False)
    op.create_index(op.f("ix_readings_workspace_id"), "readings", ["workspace_id"], unique=False)

    op.create_table(
        "rounds",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 120", name=op.f("ck_rounds_minutes")),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["people.id"], name=op.f("fk_rounds_opened_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_rounds_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_rounds_workspace_id")
        ),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_rounds")),
    )
    op.create_index(op.f("ix_rounds_workspace_id"), "rounds", ["workspace_id"], unique=False)

    op.create_table(
        "stops",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("weeks_saved", sa.Integer(), nullable=True),
        sa.Column("stopped_by_id", sa.Integer(), nullable=False),
        sa.Column("stopped_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_stops_release_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_stops_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["stopped_by_id"], ["people.id"], name=op.f("fk_stops_stopped_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_stops_workspace_id")
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_stops")),
    )
    op.create_index(op.f("ix_stops_workspace_id"), "stops", ["workspace_id"], unique=False)

    op.create_table(
        "answer_marks",
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=20), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=False),
        sa.Column("marked_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["readings.id"], name=op.f("fk_answer_marks_reading_id")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["reviewers.id"], name=op.f("fk_answer_marks_reviewer_id")
        ),
        sa.PrimaryKeyConstraint(
            "reading_id", "question", "reviewer_id", name=op.f("pk_answer_marks")
        ),
    )


def downgrade() -> None:
    op.drop_table("answer_marks")
    op.drop_index(op.f("ix_stops_workspace_id"), table_name="stops")

    op.drop_table("stops")
    op.drop_index(op.f("ix_rounds_workspace_id"), table_name="rounds")

    op.drop_table("rounds")
    op.drop_index(op.f("ix_readings_workspace_id"), table_name="readings")
    op.drop_index(op.f("ix_readings_reviewer_id"), table_name="readings")

    op.drop_table("readings")
    op.drop_index(op.f("ix_forecasts_workspace_id"), table_name="forecasts")

    op.drop_table("forecasts")
    op.drop_index(op.f("ix_comments_workspace_id"), table_name="comments")
    op.drop_index(op.f("ix_comments_revision_id"), table_name="comments")
    op.drop_index(op.f("ix_comments_reviewer_id"), table_name="comments")
    op.drop_index(op.f("ix_comments_release_id"), table_name="comments")
    op.drop_index(op.f("ix_comments_parent_id"), table_name="comments")

    op.drop_table("comments")
    op.drop_table("saves")
    op.drop_index(op.f("ix_reviewers_workspace_id"), table_name="reviewers")
    op.drop_index(op.f("ix_reviewers_release_id"), table_name="reviewers")
    op.drop_index(op.f("ix_reviewers_person_id"), table_name="reviewers")

    op.drop_table("reviewers")
    op.drop_index(op.f("ix_candidates_workspace_id"), table_name="candidates")
    op.drop_index(op.f("ix_candidates_release_id"), table_name="candidates")

    op.drop_table("candidates")
    op.drop_table("review_settings")
    op.drop_table("digests_sent")
