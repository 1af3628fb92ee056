"""Migration 0009: why somebody turned a decision down."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Whoever turned one down before was not asked.
    with op.batch_alter_table("decision_papers") as batch_op:
        batch_op.add_column(sa.Column("answer", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("decision_papers") as batch_op:
        batch_op.alter_column("answer", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("decision_papers") as batch_op:
        batch_op.drop_column("answer")
