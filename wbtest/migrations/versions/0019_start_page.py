"""Migration 0019: whose way home leads to the start page."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A process of the version before adds members without saying so.
    with op.batch_alter_table("memberships") as batch_op:
        batch_op.add_column(
            sa.Column("sees_start", sa.Boolean(), nullable=False, server_default=sa.true())
        )


def downgrade() -> None:
    with op.batch_alter_table("memberships") as batch_op:
        batch_op.drop_column("sees_start")
