"""Mails and events for webhooks that were given up: they wait for the owners."""

from collections.abc import Iterator, Sequence

from wbtest.delivery import given_up
from wbtest.review.waiting.waits import Wait, Who

# What each is called, who counts it, what to do, for whom, and where.
KINDS = (
    (
        "mail",
        given_up.mails_in,
        "Send again or dismiss {} that did not arrive",
        "whoever it was for",
        "/team/deliveries",
    ),
    (
        "event",
        given_up.events_in,
        "Send again {} that no webhook took",
        "another program",
        "/team/webhooks",
    ),
)


def undelivered_in(owners: Sequence[Who]) -> Iterator[Wait]:
    """Return a line for the mails and one for the events, for each of the ``owners``."""
    for noun, count, what, by, path in KINDS:
        if (found := count()) is None:
            continue
        counted = f"1 {noun}" if found.number == 1 else f"{found.number:,} {noun}s"
        for who in owners:
            yield Wait(
                who=who,
                thing=f"{noun}s",
                what=what.format(counted),
                by=by,
                since=found.oldest_at,
                path=path,
                # Whose mail it is, only owners read.
                about="/team",
                newest_at=found.newest_at,
            )
