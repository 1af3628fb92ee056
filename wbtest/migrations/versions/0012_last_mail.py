"""Migration 0012: when the last mail of a page leaves is looked up, and no longer searched for.

A process of the version before goes on as it did.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NAME = "ix_signups_experiment_id_signups_mailed_us"


def upgrade() -> None:
    op.create_index(NAME, "signups", ["experiment_id", "mailed_us"])


def downgrade() -> None:
    op.drop_index(NAME, "signups")
