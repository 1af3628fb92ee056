"""Which rows belong to a workspace, read off the tables themselves.

A row is of the workspace that it names, or of the row that it points at. So a table that comes
later is not forgotten, and one that is tied to no workspace must say so in ``OF_ALL``.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from wbtest.extensions import Base

# Of the instance, and not of one workspace.
OF_ALL = {"job_runs", "limit_counts", "pages_version", "setup_links"}
# People may belong to several workspaces, and what is theirs with them.
OF_PEOPLE = {
    *("account_links", "daily_mails", "login_sessions", "people", "recovery_codes"),
    "second_factors",
}
WORKSPACE = {"workspaces", "memberships", "audit_lines"}


def tables_inside() -> list[sa.Table]:
    """Every table whose rows are in a workspace, each after those that it points at."""
    apart = OF_ALL | OF_PEOPLE | WORKSPACE
    return [table for table in Base.metadata.sorted_tables if table.name not in apart]


def belongs(table: sa.FromClause, workspace_id: int) -> sa.ColumnElement[bool]:
    """Return the condition for the rows of ``table`` that are the workspace's.

    Raises LookupError for a table that is tied to no workspace.
    """
    if "workspace_id" in table.c:
        return table.c.workspace_id == workspace_id
    for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
        parent = key.column.table
        if parent.name not in OF_PEOPLE:
            ids = sa.select(key.column).where(belongs(parent, workspace_id))
            return key.parent.in_(ids)
    raise LookupError(f"{table} is tied to no workspace: name it in OF_ALL, or tie it to one.")


def people_named(workspace_id: int | None = None) -> Iterator[sa.Select[int]]:
    """Queries for the ids of everybody whom a row of the workspace names; without one, of any."""
    for table in [*tables_inside(), Base.metadata.tables["memberships"]]:
        for key in table.foreign_keys:
            if key.column.table.name == "people":
                named = sa.select(key.parent).where(key.parent.is_not(None)).distinct()
                if workspace_id is not None:
                    named = named.where(belongs(table, workspace_id))
                yield named
