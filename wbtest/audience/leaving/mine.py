"""What is stored about one person, in their own words and ours; they correct or take it away."""

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from wbtest.audience.models import Engagement, Sighting, Signup
from wbtest.audience.signing.forms import LONGEST_NAME, one_line
from wbtest.audience.signing.signups import MICROSECONDS, find_all, find_signup
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db
from wbtest.publishing.live_snapshot import LiveExperiment
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import sealed_options
from wbtest.store import writing


def record_of(row: Signup, live: LiveExperiment) -> dict[str, Any]:
    """Return everything that belongs to the address of this sign-up, as plain JSON values.

    Times are in UTC, '' stands for what is not known. The page's own name and who is responsible
    stand with it, so that the file means something by itself.
    """
    everything = find_all(row)
    return {
        "page": live.slug,
        "product": live.control.page.product,
        "responsible": live.controller,
        **_left_with(row),
        "mails": _mails({each.email for each in everything}),
        "also": [_left_with(each) for each in everything if each is not row],
    }


def correct_name(token: str, name: str) -> bool:
    """Store another name for whoever has this token; False when it is too long or nobody's."""
    name = one_line(name)
    with writing():
        row = find_signup(token)
        if row is None or len(name) > LONGEST_NAME:
            return False
        for each in find_all(row):
            each.name = name
    return True


def _left_with(row: Signup) -> dict[str, Any]:
    """What was left with one sign-up: in a test of the idea, or on a waiting list."""
    return {
        "email": row.email,
        "name": row.name,
        "signed_up_at": _moment(row.at_us),
        "is_asked_to_confirm": row.is_asked_to_confirm,
        "confirmed_at": _moment(row.confirmed_us),
        "consent": row.consent,
        "page_version": row.page_digest,
        "variant": row.variant,
        "source": row.source,
        "device": row.device,
        "language": row.language,
        "visitor": row.visitor,
        "left_out_because": row.excluded_because,
        "other_variant": row.other_variant,
        "is_throw_away_address": row.is_disposable,
        "is_confirmed_by_machine": row.is_automated,
        **_on_the_page(row),
        "answers": json.loads(row.answers) if row.answers else {},
        "answered_at": _moment(row.answered_us),
        "price_at": _moment(row.price_us),
        "call_at": _moment(row.call_us),
        "preorder_at": _moment(row.preorder_us),
        "told_at": _moment(row.told_us),
    }


def _on_the_page(row: Signup) -> dict[str, Any]:
    """When the browser that left the address first showed the page, and what was done there.

    Left out where a hash stands for the browser: others on the same network may be behind it.
    """
    experiment = db.session.get_one(Experiment, row.experiment_id)
    if not row.visitor or sealed_options(experiment).counting == "cookieless":
        return {"seen_at": "", "did": []}
    seen_us = db.session.scalar(
        db.select(db.func.min(Sighting.at_us)).where(
            Sighting.experiment_id == row.experiment_id, Sighting.visitor == row.visitor
        )
    )
    acts = db.session.execute(
        db.select(Engagement.kind, Engagement.item)
        .where(Engagement.experiment_id == row.experiment_id, Engagement.visitor == row.visitor)
        .order_by(Engagement.kind, Engagement.item)
    )
    return {"seen_at": _moment(seen_us), "did": [f"{kind} {item}" for kind, item in acts]}


def _mails(spellings: Collection[str]) -> list[dict[str, str]]:
    """Our mails to the address: when they were written, and what became of them."""
    mails = db.session.scalars(
        db.select(OutboxMail).where(OutboxMail.recipient.in_(spellings)).order_by(OutboxMail.id)
    )
    return [
        {"at": mail.created_at.isoformat(), "subject": mail.subject, "state": mail.state}
        for mail in mails
    ]


def _moment(at_us: int | None) -> str:
    if at_us is None:
        return ""
    return datetime.fromtimestamp(at_us / MICROSECONDS, UTC).isoformat(timespec="seconds")
