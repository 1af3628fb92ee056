"""What webhooks are told of sign-ups: written in the transaction that writes the sign-up.

An event names a sign-up by a number that leads to nobody: only who has the page's own key, which is
destroyed with the data, can tell whose it is. The address is sent only where an owner ticked that.
"""

import hmac
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from wbtest.audience.recording.rows import SignupRow
from wbtest.delivery import webhooks
from wbtest.delivery.models import OutboxEvent
from wbtest.publishing.models import Experiment

MICROSECONDS = 1_000_000


def announce_signups(
    connection: sa.Connection, rows: Sequence[SignupRow], new: Collection[int], now: datetime
) -> None:
    """Write an event for each new sign-up of a group; ``new`` are the ids of the rows kept.

    One look-up for the whole group; a group without new sign-ups asks nothing.
    """
    fresh = [row for row in rows if id(row) in new]
    if fresh:
        _announce(connection, "signup.created", fresh, now)


def announce_confirmed(connection: sa.Connection, signup: Any, at_us: int) -> None:
    """Write an event that the address of this stored sign-up was confirmed."""
    at = datetime.fromtimestamp(at_us / MICROSECONDS, UTC)
    _announce(connection, "signup.confirmed", [signup], at)


def signup_number(identity_key: bytes | None, email_key: str) -> str:
    """Return the number under which events name a sign-up; '' when the key is destroyed.

    >>> signup_number(b"key", "ada@x.io") == signup_number(b"other key", "ada@x.io")
    False
    """
    if identity_key is None:
        return ""
    return hmac.digest(identity_key, f"event {email_key}".encode(), "sha256").hex()[:24]


def _announce(connection: sa.Connection, kind: str, signups: Sequence[Any], now: datetime) -> None:
    hooks = webhooks.find_wanting(connection, [kind])
    if not hooks:
        return
    pages = {
        page.id: page
        for page in connection.execute(
            sa.select(Experiment.id, Experiment.slug, Experiment.identity_key).where(
                Experiment.id.in_({row.experiment_id for row in signups})
            )
        )
    }
    rows = []
    for signup in signups:
        page = pages[signup.experiment_id]
        data = {
            "experiment": page.id,
            "slug": page.slug,
            "signup": signup_number(page.identity_key, signup.email_key),
            "variant": signup.variant,
            "source": signup.source,
            "device": signup.device,
            "excluded_because": signup.excluded_because,
        }
        rows += webhooks.event_rows(hooks, kind, data, now, signup.email)
    if rows:
        connection.execute(sa.insert(OutboxEvent), rows)
