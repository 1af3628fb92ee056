"""Which of their workspaces somebody's device is in."""

import sqlalchemy as sa

from wbtest.store import writing
from wbtest.team.models import LoginSession


def enter(token_hash: str, workspace_id: int) -> None:
    """Let the session of this token be in the workspace from the next request on.

    Being in it gives no right: who is no member there stays where they are.
    """
    its_own = sa.update(LoginSession).where(LoginSession.token_hash == token_hash)
    with writing() as session:
        session.execute(its_own.values(workspace_id=workspace_id))
