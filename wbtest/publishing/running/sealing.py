"""The moment a rule is sealed: phase 1, the exact text, its digest, and a copy by mail."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from flask import current_app

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import clock
from wbtest.publishing import copy, letters
from wbtest.publishing import rule as rules
from wbtest.publishing.assembling import page_of
from wbtest.publishing.models import Experiment, Phase
from wbtest.review.four_eyes import approvers_of
from wbtest.writing import document as documents


def seal(experiment: Experiment) -> None:
    """Open phase 1 with a salt of its own, seal everything, and mail the seal to each approver.

    Must run inside the transaction of the start.
    """
    digests = page_digests(experiment)
    phase = Phase(
        number=1,
        salt=secrets.token_hex(16),
        weights={variant.key: variant.weight for variant in experiment.variants},
        started_at=clock.now(),
    )
    experiment.phases.append(phase)
    experiment.sealed, experiment.seal = rules.seal(
        rules.from_json(experiment.rule),
        slug=experiment.slug,
        revision_digest=experiment.revision.digest,
        variants=_variants(experiment, phase.weights),
        page_digests=digests,
        salt=phase.salt,
        time_zone=experiment.time_zone,
        options=experiment.options,
        reasons=experiment.reasons,
    )
    _mail(experiment, experiment.seal, phase.weights, digests)


def seal_phase(experiment: Experiment, weights: Mapping[str, int]) -> Phase:
    """Open the next phase with a salt and a seal of its own, and mail it to each approver.

    Its sealed text names the seal before it, so none can be taken out. Must run inside the
    transaction of the verb.
    """
    last = experiment.phases[-1]
    phase = Phase(
        number=last.number + 1,
        salt=secrets.token_hex(16),
        weights=dict(weights),
        started_at=clock.now(),
    )
    digests = {key: found for key, found in page_digests(experiment).items() if key in weights}
    phase.sealed, phase.seal = rules.seal(
        rules.from_json(experiment.rule),
        slug=experiment.slug,
        revision_digest=experiment.revision.digest,
        variants=_variants(experiment, weights),
        page_digests=digests,
        salt=phase.salt,
        time_zone=experiment.time_zone,
        options=experiment.options,
        after=(last.number, last.seal or experiment.seal),
    )
    experiment.phases.append(phase)
    _mail(experiment, phase.seal, weights, digests, phase.number)
    return phase


def _variants(experiment: Experiment, weights: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "key": variant.key,
            "name": variant.name,
            "overrides": variant.overrides,
            "weight": weights[variant.key],
        }
        for variant in experiment.variants
        if variant.key in weights
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


def _mail(
    experiment: Experiment,
    seal: str,
    weights: Mapping[str, int],
    digests: Mapping[str, str],
    phase: int = 1,
) -> None:
    base_url = current_app.extensions["wbtest.settings"].base_url
    query = f"?phase={phase}" if phase > 1 else ""
    body = letters.seal_letter(
        rules.from_json(experiment.rule),
        page_url=f"{base_url}/p/{experiment.slug}",
        seal_url=f"{base_url}/experiments/{experiment.id}/seal.txt{query}",
        seal=seal,
        revision=(experiment.revision.number, experiment.revision.digest),
        variants=list(weights.items()),
        page_digests=digests,
        time_zone=experiment.time_zone,
        phase=phase,
    )
    subject = f"Sealed: /p/{experiment.slug}" + (f", phase {phase}" if phase > 1 else "")
    for approver in approvers_of(experiment.workspace):
        queue_mail(
            recipient=approver.email,
            subject=subject,
            body=body,
            workspace_id=experiment.workspace_id,
        )
