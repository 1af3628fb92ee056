"""What people do with what is stored about them, by the links in our mail: read, correct, leave."""

import json
from collections.abc import Collection
from typing import Any

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from wbtest.audience import erasure, forms, live_pages, signups
from wbtest.audience.models import Engagement, Sighting, Signup
from wbtest.audience.recording.counting_rules import moment_at
from wbtest.audience.views import (
    TOKEN_PAGE,
    bp,
    check_sender,
    link_over,
    redirect_to_host,
    small_page,
)
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db, runtime
from wbtest.publishing import live_snapshot, sealing
from wbtest.publishing.models import Experiment
from wbtest.store import writing
from wbtest.team import access


def record_of(row: Signup, live: live_snapshot.LiveExperiment) -> dict[str, Any]:
    """Return everything that belongs to the address of this sign-up, as plain JSON values.

    Times are in UTC, '' stands for what is not known. The page's own name and who is responsible
    stand with it, so that the file means something by itself.
    """
    everything = signups.find_signups_of_address(row)
    return {
        "page": live.slug,
        "product": live.control.page.product,
        "responsible": live.controller,
        **_left_with(row),
        "mails": _mails({each.email for each in everything}),
        "also": [_left_with(each) for each in everything if each is not row],
    }


def store_name(token: str, name: str) -> bool:
    """Store another name for this token's owner; False when it is too long or there is no owner."""
    name = forms.one_line(name)
    with writing():
        row = signups.find_signup(token)
        if row is None or len(name) > forms.LONGEST_NAME:
            return False
        for each in signups.find_signups_of_address(row):
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
        "price_no_at": _moment(row.price_no_us),
        "call_at": _moment(row.call_us),
        "call_no_at": _moment(row.call_no_us),
        "preorder_at": _moment(row.preorder_us),
        "told_at": _moment(row.told_us),
    }


def _on_the_page(row: Signup) -> dict[str, Any]:
    """When the browser that left the address first showed the page, and what was done there.

    Left out where a hash stands for the browser: others on the same network may be behind it.
    """
    experiment = db.session.get_one(Experiment, row.experiment_id)
    if not row.visitor or sealing.sealed_options(experiment).counting == "cookieless":
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
    return moment_at(at_us).isoformat(timespec="seconds")


@bp.get("/mine/<token>", endpoint="mine")
@access.public
def show_mine(token: str) -> ResponseReturnValue:
    """Everything that belongs to one address, with the ways to take it along or away."""
    row, found = _find(token)
    if row is None or found is None:
        return link_over(404)
    return _show(token, row, found)


@bp.get("/mine/<token>/data.json")
@access.public
def mine_file(token: str) -> ResponseReturnValue:
    """The same as a file."""
    row, found = _find(token)
    if row is None or found is None:
        return link_over(404)
    text = json.dumps(record_of(row, found.live), ensure_ascii=False, indent=2)
    response = Response(text + "\n", mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    response.headers.update({"Cache-Control": "private, no-store", **TOKEN_PAGE})
    return response


@bp.post("/mine/<token>")
@access.public
def correct_name(token: str) -> ResponseReturnValue:
    """Store the name as its owner writes it."""
    check_sender(is_from_token_page=True)
    row, found = _find(token)
    if row is None or found is None:
        return link_over(404)
    if not store_name(token, request.form.get("name", "")):
        return _show(token, row, found, 422)
    return redirect(f"/mine/{token}", 303)


@bp.route("/leave/<token>", methods=["GET", "POST"])
@access.public
def leave(token: str) -> ResponseReturnValue:
    """Leave and be erased: by the button, or by the mail program's own (RFC 8058).

    The latter wants 200 and no redirect, also the second time.
    """
    _, found = _find(token)
    is_done = request.method == "POST" and erasure.leave(token)
    if found is None:
        return link_over(200 if request.method == "POST" else 404)
    return small_page(found.live, "leave", headers=TOKEN_PAGE, action=request.path, is_done=is_done)


def _find(token: str) -> tuple[Signup | None, live_pages.LivePage | None]:
    row = signups.find_signup(token)
    found = runtime().pages.find_by_id(row.experiment_id) if row else None
    # A mail program's own button follows no redirect.
    if found and not (request.method == "POST" and request.endpoint == "audience.leave"):
        redirect_to_host(found.live)
    return row, found


def _show(token: str, row: Signup, found: live_pages.LivePage, status: int = 200) -> Response:
    return small_page(
        found.live,
        "mine",
        status,
        TOKEN_PAGE,
        record=record_of(row, found.live),
        typed=request.form.get("name", row.name),
        is_refused=status != 200,
        asks_name=found.live.asks_name or bool(row.name),
        action=f"/mine/{token}",
        file_url=f"/mine/{token}/data.json",
        leave_url=f"/leave/{token}",
    )
