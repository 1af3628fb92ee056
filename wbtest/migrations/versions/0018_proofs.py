"""Migration 0018: when somebody proved who they are, and with which token a program did something."""

import sqlalchemy as sa
from alembic import op

import wbtest.store

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = wbtest.store.UtcDateTime(timezone=True)
    op.add_column("login_sessions", sa.Column("proved_at", moment, nullable=True))
    # Added in place: SQLite would otherwise write the table anew, without the triggers that guard it.
    op.add_column(
        "audit_lines",
        sa.Column("token", sa.String(length=120), nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_column("audit_lines", "token")
    op.drop_column("login_sessions", "proved_at")
