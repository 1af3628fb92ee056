"""What the mails of the day told somebody, for as long as a mail or a look asks for it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select, tuple_

from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db
from wbtest.review.models import NeedTold
from wbtest.store import writing
from wbtest.team.models import Membership

# A workspace and a thing that needs somebody there.
Key = tuple[int, str]
# It waits, or was given up and an owner may send it again.
IS_UNSENT = exists().where(
    OutboxMail.message_id == NeedTold.message_id, OutboxMail.state.in_(("waiting", "failed"))
)
IS_HERE = exists().where(
    Membership.person_id == NeedTold.person_id, Membership.workspace_id == NeedTold.workspace_id
)


def lines_of(person_id: int) -> list[Any]:
    """What this person was told, the last at the end, and whether that mail may still leave."""
    columns = (NeedTold.workspace_id, NeedTold.thing, NeedTold.told_at, NeedTold.message_id)
    query = select(*columns, IS_UNSENT.label("is_unsent")).where(NeedTold.person_id == person_id)
    return list(db.session.execute(query.order_by(NeedTold.told_at)))


def is_over(line: Any, told: Mapping[Key, datetime], here: Collection[Key]) -> bool:
    """Whether nothing asks for this line any more: neither a mail that may leave nor a look.

    ``told`` is how far each thing was told, ``here`` what needs the person now.
    """
    key = line.workspace_id, line.thing
    return not line.is_unsent and (key not in here or line.told_at < told[key])


def forget(person_id: int, lines: Sequence[Any]) -> None:
    """Delete some lines of a person, inside ``writing``."""
    key = tuple_(NeedTold.workspace_id, NeedTold.thing, NeedTold.message_id)
    keys = [(line.workspace_id, line.thing, line.message_id) for line in lines]
    if keys:
        _delete((NeedTold.person_id == person_id) & key.in_(keys))


def forget_former() -> None:
    """Delete what was told to those who left since: a line would keep their log-in."""
    is_former = ~IS_HERE & ~IS_UNSENT
    # Looked up first: to write keeps everybody else from writing.
    if db.session.scalar(select(select(NeedTold.thing).where(is_former).exists())):
        with writing():
            _delete(is_former)


def _delete(which: Any) -> None:
    db.session.execute(
        delete(NeedTold).where(which), execution_options={"synchronize_session": False}
    )
