"""Migration 0004: looks, options, the launch check, phases, engagement, steps, webhooks."""

import sqlalchemy as sa
from alembic import op

import wbtest.store

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('active', 'disabled')", name=op.f("ck_webhooks_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(op.f("ix_webhooks_workspace_id"), "webhooks", ["workspace_id"], unique=False)

    op.create_table(
        "images",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_images_author_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_images_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_images")),
        sa.UniqueConstraint("workspace_id", "digest", name=op.f("uq_images_workspace_id_digest")),
    )
    op.create_index(op.f("ix_images_digest"), "images", ["digest"], unique=False)
    op.create_index(op.f("ix_images_workspace_id"), "images", ["workspace_id"], unique=False)

    op.create_table(
        "outbox_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'failed')", name=op.f("ck_outbox_events_state")
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_outbox_events_webhook_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_events")),
        sa.UniqueConstraint(
            "webhook_id", "event_id", name=op.f("uq_outbox_events_webhook_id_event_id")
        ),
    )
    op.create_index(
        op.f("ix_outbox_events_state_outbox_events_due_at"),
        "outbox_events",
        ["state", "due_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_outbox_events_webhook_id"), "outbox_events", ["webhook_id"], unique=False
    )

    op.create_table(
        "image_files",
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_image_files_image_id")),
        sa.PrimaryKeyConstraint("image_id", "width", name=op.f("pk_image_files")),
    )
    op.create_table(
        "alarms",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_alarms_experiment_id")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "kind", "hour", name=op.f("pk_alarms")),
    )
    op.create_table(
        "engagement_counts",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("variant", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("item", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_engagement_counts_experiment_id")
        ),
        sa.PrimaryKeyConstraint(
            "experiment_id", "phase", "variant", "kind", "item", name=op.f("pk_engagement_counts")
        ),
    )
    op.create_table(
        "engagements",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("visitor", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("item", sa.String(length=16), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("variant", sa.String(length=30), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_engagements_experiment_id")
        ),
        sa.PrimaryKeyConstraint(
            "experiment_id", "visitor", "kind", "item", name=op.f("pk_engagements")
        ),
    )
    op.create_table(
        "erasures",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("email_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_erasures_experiment_id")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "email_hash", name=op.f("pk_erasures")),
    )
    op.create_table(
        "readmissions",
        sa.Column("experiment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", wbtest.store.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_readmissions_experiment_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_readmissions_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["people.id"], name=op.f("fk_readmissions_withdrawn_by_id")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "number", name=op.f("pk_readmissions")),
    )
    with op.batch_alter_table("candidates") as batch_op:
        batch_op.add_column(sa.Column("times", sa.Integer(), nullable=False, server_default="1"))

    with op.batch_alter_table("experiment_steps") as batch_op:
        batch_op.add_column(sa.Column("why", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("experiments") as batch_op:
        batch_op.add_column(sa.Column("look", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("wording", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("options", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(
            sa.Column("checked_digest", sa.String(length=64), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("reasons", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(
            sa.Column("tried_at", wbtest.store.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("tried_message_id", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("expected_daily", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("afterwards", sa.String(length=10), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("outcome", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("waiting_variant", sa.String(length=30), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("opened_at", wbtest.store.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("last_letter", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("last_letter_at", wbtest.store.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("purged_at", wbtest.store.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("last_counts", sa.JSON(), nullable=False, server_default="{}")
        )

    with op.batch_alter_table("hourly_counts") as batch_op:
        batch_op.add_column(
            sa.Column("language", sa.String(length=8), nullable=False, server_default="")
        )
        batch_op.drop_constraint(op.f("pk_hourly_counts"), type_="primary")
        batch_op.create_primary_key(
            op.f("pk_hourly_counts"),
            [
                "experiment_id",
                "phase",
                "variant",
                "hour",
                "source",
                "device",
                "language",
                "excluded_because",
            ],
        )
        batch_op.add_column(sa.Column("answered", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("agreed", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("outbox_mails") as batch_op:
        batch_op.add_column(sa.Column("html", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("workspace_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_outbox_mails_workspace_id"), ["workspace_id"], unique=False
        )

    with op.batch_alter_table("phases") as batch_op:
        batch_op.add_column(sa.Column("sealed", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("seal", sa.String(length=64), nullable=False, server_default="")
        )

    with op.batch_alter_table("releases") as batch_op:
        batch_op.add_column(sa.Column("copied_from_id", sa.Integer(), nullable=True))

    with op.batch_alter_table("sightings") as batch_op:
        batch_op.add_column(
            sa.Column("language", sa.String(length=8), nullable=False, server_default="")
        )

    with op.batch_alter_table("signups") as batch_op:
        batch_op.add_column(
            sa.Column("language", sa.String(length=8), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("page_digest", sa.String(length=64), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("is_disposable", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("is_automated", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("other_variant", sa.String(length=30), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("answer_hash", sa.String(length=64), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("answers", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("answered_us", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("agreed_us", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("told_us", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("mailed_us", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_signups_experiment_id_signups_answer_hash"),
            ["experiment_id", "answer_hash"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_signups_experiment_id_signups_other_variant"),
            ["experiment_id", "other_variant"],
            unique=False,
        )

    with op.batch_alter_table("visits") as batch_op:
        batch_op.add_column(
            sa.Column("language", sa.String(length=8), nullable=False, server_default="")
        )


def downgrade() -> None:
    with op.batch_alter_table("visits") as batch_op:
        batch_op.drop_column("language")

    op.drop_index(op.f("ix_signups_experiment_id_signups_other_variant"), table_name="signups")
    op.drop_index(op.f("ix_signups_experiment_id_signups_answer_hash"), table_name="signups")
    with op.batch_alter_table("signups") as batch_op:
        batch_op.drop_column("mailed_us")
        batch_op.drop_column("told_us")
        batch_op.drop_column("agreed_us")
        batch_op.drop_column("answered_us")
        batch_op.drop_column("answers")
        batch_op.drop_column("answer_hash")
        batch_op.drop_column("other_variant")
        batch_op.drop_column("is_automated")
        batch_op.drop_column("is_disposable")
        batch_op.drop_column("page_digest")
        batch_op.drop_column("language")

    with op.batch_alter_table("sightings") as batch_op:
        batch_op.drop_column("language")

    with op.batch_alter_table("releases") as batch_op:
        batch_op.drop_column("copied_from_id")

    with op.batch_alter_table("phases") as batch_op:
        batch_op.drop_column("seal")
        batch_op.drop_column("sealed")

    op.drop_index(op.f("ix_outbox_mails_workspace_id"), table_name="outbox_mails")
    with op.batch_alter_table("outbox_mails") as batch_op:
        batch_op.drop_column("workspace_id")
        batch_op.drop_column("html")

    with op.batch_alter_table("hourly_counts") as batch_op:
        batch_op.drop_column("agreed")
        batch_op.drop_column("answered")
        batch_op.drop_constraint(op.f("pk_hourly_counts"), type_="primary")
        batch_op.drop_column("language")
        batch_op.create_primary_key(
            op.f("pk_hourly_counts"),
            ["experiment_id", "phase", "variant", "hour", "source", "device", "excluded_because"],
        )

    with op.batch_alter_table("experiments") as batch_op:
        batch_op.drop_column("last_counts")
        batch_op.drop_column("purged_at")
        batch_op.drop_column("last_letter_at")
        batch_op.drop_column("last_letter")
        batch_op.drop_column("opened_at")
        batch_op.drop_column("waiting_variant")
        batch_op.drop_column("outcome")
        batch_op.drop_column("afterwards")
        batch_op.drop_column("expected_daily")
        batch_op.drop_column("tried_message_id")
        batch_op.drop_column("tried_at")
        batch_op.drop_column("reasons")
        batch_op.drop_column("checked_digest")
        batch_op.drop_column("options")
        batch_op.drop_column("wording")
        batch_op.drop_column("look")

    with op.batch_alter_table("experiment_steps") as batch_op:
        batch_op.drop_column("why")

    with op.batch_alter_table("candidates") as batch_op:
        batch_op.drop_column("times")
    op.drop_table("readmissions")
    op.drop_table("erasures")
    op.drop_table("engagements")
    op.drop_table("engagement_counts")
    op.drop_table("alarms")
    op.drop_table("image_files")
    op.drop_index(op.f("ix_outbox_events_webhook_id"), table_name="outbox_events")
    op.drop_index(op.f("ix_outbox_events_state_outbox_events_due_at"), table_name="outbox_events")
    op.drop_table("outbox_events")
    op.drop_index(op.f("ix_images_workspace_id"), table_name="images")
    op.drop_index(op.f("ix_images_digest"), table_name="images")
    op.drop_table("images")
    op.drop_index(op.f("ix_webhooks_workspace_id"), table_name="webhooks")
    op.drop_table("webhooks")
