"""Mails and events for webhooks that were given up: they wait for the owners."""

from collections.abc import Iterator, Sequence

from wbtest.delivery import given_up
from wbtest.review.waiting.waits import Wait, Who
from wbtest.team.models import Workspace


def undelivered_in(workspace: Workspace, owners: Sequence[Who]) -> Iterator[Wait]:
    """Return a line for the mails and one for the events, for each of the ``owners``."""
    mails, events = given_up.mails_in(workspace.id), given_up.events_in(workspace.id)
    for who in owners:
        if mails is not None:
            yield Wait(
                who=who,
                thing="mails",
                what=f"Send again or dismiss {_counted(mails.number, 'mail')} that did not arrive",
                by="whoever it was for",
                since=mails.oldest_at,
                path="/team/deliveries",
                # Whose mail it is, only owners read.
                about="/team",
                newest_at=mails.newest_at,
            )
        if events is not None:
            yield Wait(
                who=who,
                thing="events",
                what=f"Send again {_counted(events.number, 'event')} that no webhook took",
                by="another program",
                since=events.oldest_at,
                path="/team/webhooks",
                about="/team",
                newest_at=events.newest_at,
            )


def _counted(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"
