"""Migration 0005: the audit log, whose lines the database itself keeps from being changed."""

import sqlalchemy as sa
from alembic import op

import wbtest.store

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# As they were when this migration was written.
LEFT = "OLD.workspace_id IS NULL OR EXISTS (SELECT 1 FROM workspaces WHERE id = OLD.workspace_id)"
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER audit_lines_stay_as_they_are BEFORE UPDATE ON audit_lines"
        " BEGIN SELECT RAISE(ABORT, 'lines of the audit log are never changed'); END",
        # INSERT OR REPLACE deletes a line without asking the trigger for that.
        "CREATE TRIGGER audit_lines_stay_themselves BEFORE INSERT ON audit_lines"
        " WHEN EXISTS (SELECT 1 FROM audit_lines WHERE id = NEW.id)"
        " BEGIN SELECT RAISE(ABORT, 'lines of the audit log are never changed'); END",
        f"CREATE TRIGGER audit_lines_stay BEFORE DELETE ON audit_lines WHEN {LEFT}"
        " BEGIN SELECT RAISE(ABORT, 'lines of the audit log are never deleted'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION keep_audit_lines() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF TG_OP = 'DELETE' THEN IF NOT ({LEFT}) THEN RETURN OLD; END IF; END IF;"
        " RAISE EXCEPTION 'lines of the audit log are never changed or deleted'; END $$",
        "CREATE TRIGGER audit_lines_stay BEFORE UPDATE OR DELETE ON audit_lines"
        " FOR EACH ROW EXECUTE FUNCTION keep_audit_lines()",
        "CREATE TRIGGER audit_lines_stay_together BEFORE TRUNCATE ON audit_lines"
        " FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_lines()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "audit_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=True),
        sa.Column("at", wbtest.store.UtcDateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=450), nullable=False),
        sa.Column("network", sa.String(length=50), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_lines")),
    )
    op.create_index(
        op.f("ix_audit_lines_workspace_id_audit_lines_id"), "audit_lines", ["workspace_id", "id"], unique=False
    )
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit_lines")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION keep_audit_lines()")
