"""The moment a rule is sealed: the exact text, its digest, and a copy by mail."""

import json
import secrets
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import to_builtins
from sqlalchemy import select

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db
from wbtest.publishing import copy, letters
from wbtest.publishing import rule as rules
from wbtest.publishing.assembling import page_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.network_limits import NetworkLimits, limits_of
from wbtest.review.approvers import approvers_of
from wbtest.review.models import Approval
from wbtest.runtime import runtime
from wbtest.writing import document as documents
from wbtest.writing.models import Revision


def seal(experiment: Experiment) -> None:
    """Draw the salt, seal everything, and mail the seal to each approver.

    Must run inside the transaction of the start.
    """
    assert experiment.started_at is not None, "the moment of the start is sealed with it"
    digests = page_digests(experiment)
    rule = rules.from_json(experiment.rule)
    first_day = experiment.started_at.astimezone(ZoneInfo(experiment.time_zone)).date()
    limits = limits_of(rule, first_day)
    experiment.assignment_salt = secrets.token_hex(16)
    experiment.sealed, experiment.seal = rules.seal(
        rule,
        slug=experiment.slug,
        revision_digest=experiment.revision.digest,
        variants=sealed_variants(experiment),
        page_digests=digests,
        salt=experiment.assignment_salt,
        attempt=experiment.attempt,
        started_at=experiment.started_at,
        time_zone=experiment.time_zone,
        options=experiment.options,
        network_limits=to_builtins(limits),
        warnings_seen=experiment.warnings_seen,
        approvers=_approvers_of(experiment.revision),
        asks_name=experiment.asks_name,
    )
    _mail(experiment, digests, limits)


def sealed_variants(experiment: Experiment) -> list[dict[str, Any]]:
    """Return the variants as the sealed text holds them."""
    return [
        {
            "key": variant.key,
            "name": variant.name,
            "overrides": variant.overrides,
            "weight": variant.weight,
        }
        for variant in experiment.variants
    ]


def page_digests(experiment: Experiment) -> dict[str, str]:
    """Return the digest of each variant's page, by its key."""
    document = documents.from_json(experiment.revision.document)
    return {
        variant.key: copy.digest(page_of(experiment, variant, document))
        for variant in experiment.variants
    }


def draft_digest(experiment: Experiment) -> str:
    """SHA-256 of all that a start would seal, as it stands now: 64 hex digits."""
    values = {
        "revision": experiment.revision.digest,
        "rule": experiment.rule,
        "settings": [experiment.slug, experiment.time_zone, experiment.asks_name],
        "variants": [
            [variant.key, variant.name, variant.weight, variant.overrides]
            for variant in experiment.variants
        ],
        "look": [experiment.look, experiment.wording],
        "options": experiment.options,
    }
    return rules.digest(json.dumps(values, sort_keys=True))


def _approvers_of(revision: Revision) -> list[int]:
    """The ids of those who approved the text as it stands, in their order."""
    query = (
        select(Approval.approver_id)
        .where(Approval.revision_id == revision.id, Approval.digest == revision.digest)
        .order_by(Approval.approver_id)
        .distinct()
    )
    return list(db.session.scalars(query))


def _mail(experiment: Experiment, digests: dict[str, str], limits: NetworkLimits) -> None:
    base_url = runtime().settings.base_url
    body = letters.seal_letter(
        rules.from_json(experiment.rule),
        page_url=f"{base_url}/p/{experiment.slug}",
        seal_url=f"{base_url}/experiments/{experiment.id}/seal.txt",
        seal=experiment.seal,
        revision=(experiment.revision.number, experiment.revision.digest),
        variants=[(variant.key, variant.weight) for variant in experiment.variants],
        page_digests=digests,
        time_zone=experiment.time_zone,
        limits=limits,
    )
    for approver in approvers_of():
        queue_mail(
            recipient=approver.email,
            subject=f"Sealed: /p/{experiment.slug}",
            body=body,
        )
