"""Everything that is known when somebody decides, as plain values: the memo, before it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wbtest.publishing.corrections import in_force, sealed_values
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.correcting import names_of, summary_of
from wbtest.results import verdict_text
from wbtest.results.deciding import data, guesses, open_ends
from wbtest.results.deciding.guesses import Guesses
from wbtest.results.deciding.version import made_by
from wbtest.results.figures import Results
from wbtest.results.figures_json import results_json
from wbtest.results.history import History
from wbtest.results.set_aside import Aside
from wbtest.results.summary import other_attempts
from wbtest.results.trust import Check
from wbtest.review.approvals import approvals_of
from wbtest.review.models import Approval
from wbtest.writing import document as documents


def statement_of(
    experiment: Experiment,
    results: Results,
    counted: History,
    aside: Aside | None,
    now: datetime,
) -> tuple[dict[str, Any], str]:
    """Return the values, and the canonical text of the counts that they rest on."""
    keys = [variant.key for variant in experiment.variants]
    counts = data.data_of(keys, counted)
    if aside:
        counts["aside"] = aside.data()
    document = documents.from_json(experiment.revision.document)
    values = {
        "made_by": made_by(),
        "experiment": experiment_values(experiment),
        "verdict": verdict_values(results, verdict_text.status_line(experiment, results)),
        "trust": [check_values(check) for check in results.trust],
        "attempts": _attempts(experiment, now),
        "forecasts": _forecasts(guesses.guesses_of(experiment, results)),
        "open": open_ends.as_values(open_ends.open_ends_of(document, results.rule)),
        "revision": revision_values(experiment),
        "digests": digests_of(experiment) | {"data": data.digest(counts)},
        "figures": results_json(results) | {"seal": experiment.seal},
    }
    # A memo of a test without any has no such part.
    if corrections := corrections_values(experiment):
        values["corrections"] = corrections
    if aside:
        values["beside"] = aside.values()
    return values, data.canonical(counts)


def verdict_values(results: Results, phrases: list[str]) -> dict[str, Any]:
    """Return what the figures say in words; ``phrases`` are those of ``standing``."""
    badge = verdict_text.badge(results)
    return {
        "badge": {"text": badge.text, "kind": badge.kind},
        "headline": verdict_text.headline(results),
        "evidence": verdict_text.evidence(results),
        "fragility": verdict_text.fragility(results),
        "standing": phrases,
        "attempt": verdict_text.attempt_phrase(results),
    }


def check_values(check: Check) -> dict[str, Any]:
    """Return a check of trust as the memo keeps it."""
    return {
        "check": check.check,
        "state": check.state,
        "title": check.title,
        "value": check.value,
        "reason": check.reason,
    }


def experiment_values(experiment: Experiment) -> dict[str, Any]:
    """Return what the memo says of the experiment itself."""
    started, ended = experiment.started_at, experiment.ended_at
    return {
        "slug": experiment.slug,
        "product": experiment.revision.document.get("product", ""),
        "started_at": started.isoformat() if started else None,
        "ended_at": ended.isoformat() if ended else None,
        "is_paused": experiment.state == "paused",
        "variants": [
            {"key": variant.key, "name": variant.name or variant.key}
            for variant in experiment.variants
        ],
    }


def corrections_values(experiment: Experiment) -> list[dict[str, Any]]:
    """Return the mistakes that were corrected on the page, with the seal of each."""
    names = names_of(experiment)
    return [
        {
            **sealed_values(each),
            "said": summary_of(each, names),
            "asked_by": each.author.name,
            "approved_by": each.approver.name,
            "seal": each.seal,
        }
        for each in in_force(experiment.corrections)
    ]


def revision_values(experiment: Experiment) -> dict[str, Any]:
    """Return which text was tested, who wrote it and who approved it."""
    revision = experiment.revision
    return {
        "number": revision.number,
        "form": revision.form,
        "author": revision.author.name,
        "approvals": [_approval(approval) for approval in approvals_of(revision)],
    }


def digests_of(experiment: Experiment) -> dict[str, Any]:
    """Return the digests of the approved text and of the sealed text."""
    return {
        "revision": experiment.revision.digest,
        "seal": experiment.seal,
    }


def _approval(approval: Approval) -> dict[str, Any]:
    return {
        "by": approval.approver.name,
        "at": approval.approved_at.isoformat(),
        "is_alone_on_day_one": approval.is_alone_on_day_one,
        "traded_away": approval.traded_away,
    }


def _attempts(experiment: Experiment, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "number": attempt.number,
            "claim": attempt.claim,
            "outcome": attempt.outcome,
            "decided": attempt.decision.choice if attempt.decision else "",
        }
        for attempt in other_attempts(experiment, now)
    ]


def _forecasts(found: Guesses) -> dict[str, Any]:
    return {
        "made": found.made,
        "scored": [
            {
                "name": guess.name,
                "rate": guess.rate,
                "low": guess.low,
                "high": guess.high,
                "came": guess.came,
                "is_held": guess.is_held,
            }
            for guess in found.scored
        ],
    }
