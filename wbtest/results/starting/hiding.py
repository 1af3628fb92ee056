"""Whose way home leads to the start page: each hides it for themselves, and it ends by itself."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from wbtest.extensions import db
from wbtest.results.starting.standing import visited
from wbtest.store import writing
from wbtest.team.models import Membership

EVERY = timedelta(hours=1)


def show_start(membership: Membership, *, is_shown: bool) -> None:
    """Let this member's way home lead to the start page, or to the releases."""
    with writing():
        membership.sees_start = is_shown


def end_where_visited(_now: datetime) -> None:
    """Lead nobody to the start page any more where the first visitor came: they begin no more."""
    over = Membership.sees_start & visited()
    # Looked up first: to write keeps everybody else from writing.
    if db.session.scalar(sa.select(sa.exists().where(over))):
        with writing() as session:
            session.execute(sa.update(Membership).where(over).values(sees_start=False))
