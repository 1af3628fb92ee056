"""Migration 0008: whether an owner wants mails about unusual sign-ups."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Whoever chose before got them all the same.
    with op.batch_alter_table("mail_choices") as batch_op:
        batch_op.add_column(
            sa.Column("wants_alarms", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    with op.batch_alter_table("mail_choices") as batch_op:
        batch_op.alter_column("wants_alarms", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("mail_choices") as batch_op:
        batch_op.drop_column("wants_alarms")
