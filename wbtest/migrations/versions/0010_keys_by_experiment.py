"""Migration 0010: the token of a sign-up is looked up within its experiment.

A process of the version before, which asks for the token alone, goes on and is slower at it.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NEW = "ix_signups_experiment_id_signups_token_hash"
OLD = "ix_signups_token_hash"


def upgrade() -> None:
    op.create_index(NEW, "signups", ["experiment_id", "token_hash"])
    op.drop_index(OLD, "signups")


def downgrade() -> None:
    op.create_index(OLD, "signups", ["token_hash"])
    op.drop_index(NEW, "signups")
