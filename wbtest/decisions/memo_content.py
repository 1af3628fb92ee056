"""The content of a memo: the decision, its figures and the counts they rest on, with a digest.

The counts are plain values, and figures are made from them again. ``docs/memo.md`` says the same
for those who recompute them with other tools.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.metadata import version
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import astuple, replace
from sqlalchemy.orm import joinedload

from wbtest.audience.result_counts import Totals
from wbtest.decisions.learning_cards import assumptions_behind
from wbtest.extensions import db
from wbtest.publishing import correction_requests
from wbtest.publishing import rule as rules
from wbtest.publishing.corrections import in_force, sealed_values
from wbtest.publishing.models import Experiment
from wbtest.results import (
    calibration,
    evidence_path,
    figures,
    figures_json,
    set_aside,
    summary,
    trust,
    verdict_text,
)
from wbtest.results.history import CrowdPeople, Findings, History, LeftOut, total
from wbtest.review.approvals import approvals_of
from wbtest.review.models import Approval, Forecast, Reviewer
from wbtest.writing import document as documents
from wbtest.writing.coach.claims import NumberRow, numbers_of

# As they stand in each entry of ``days``.
TOTALS = Totals.__struct_fields__


def data_of(variants: Sequence[str], counted: History) -> dict[str, Any]:
    """Return what was counted of these variants, in the sealed order.

    An entry of ``hours`` is the hour's start in seconds since 1970, then a number for each variant
    of ``seen``, ``arrived`` and ``converted``; see ``looks.HourCounts``. An entry of ``days`` is
    the local day, and for each variant the numbers that ``totals`` names. An entry of ``crowds``
    says of an announced crowd how many were let in, through how many networks, and its ``hours``.
    """
    hours = counted.hours
    crowds = [[crowd.admitted, crowd.networks, _rows(crowd.hours)] for crowd in counted.crowds]
    return {
        "variants": list(variants),
        "totals": list(TOTALS),
        "started": hours.started,
        "weights": list(hours.weights),
        "hours": _rows(hours),
        "days": [
            [day.isoformat(), [list(astuple(totals)) for totals in row]]
            for day, row in sorted(counted.days.items())
        ],
        "left_out": {why: [list(aside) for aside in row] for why, row in counted.left_out.items()},
        "machines": {why: list(row) for why, row in counted.machines.items()},
        # Marks of networks go with the visitors' rows, and a memo stays.
        "networks": msgspec.to_builtins(replace(counted.networks, marks=())),
        # Counts of a test that announced none have no such part.
        **({"crowds": crowds} if crowds else {}),
    }


def counted_from(data: Mapping[str, Any]) -> History:
    """Return the same as results are made of; sources alone are not among them."""
    arms = len(data["variants"])
    days = {
        date.fromisoformat(day): [
            Totals(**dict(zip(data["totals"], numbers, strict=True))) for numbers in row
        ]
        for day, row in data["days"]
    }
    return History(
        hours=_hours(data, data["hours"]),
        variants=[total(column) for column in zip(*days.values(), strict=True)]
        or [Totals()] * arms,
        days=days,
        sources={},
        left_out={why: [LeftOut(*pair) for pair in row] for why, row in data["left_out"].items()},
        machines={why: list(row) for why, row in data["machines"].items()},
        networks=msgspec.convert(data["networks"], Findings),
        crowds=tuple(
            CrowdPeople(admitted, networks, _hours(data, rows))
            for admitted, networks, rows in data.get("crowds", ())
        ),
    )


def canonical(values: Any) -> str:
    """Return the one text of plain JSON values: keys in order, no space, no letter escaped."""
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(values: Any) -> str:
    """SHA-256 of the canonical text, 64 hex digits.

    >>> digest({"b": [1], "a": "é"}) == digest({"a": "é", "b": [1]})
    True
    """
    return hashlib.sha256(canonical(values).encode()).hexdigest()


def _rows(hours: evidence_path.HourCounts) -> list[list[Any]]:
    tables = (hours.hours, hours.seen, hours.arrived, hours.converted)
    return [list(row) for row in zip(*(table.tolist() for table in tables), strict=True)]


def _hours(data: Mapping[str, Any], given: Sequence[Any]) -> evidence_path.HourCounts:
    import numpy as np

    arms = len(data["weights"])
    hours, *tables = zip(*given, strict=True) if given else ((),) * 4
    seen, arrived, converted = (np.array(rows, dtype=np.int64).reshape(-1, arms) for rows in tables)
    return evidence_path.HourCounts(
        started=data["started"],
        weights=tuple(data["weights"]),
        hours=np.array(hours, dtype=np.int64),
        seen=seen,
        arrived=arrived,
        converted=converted,
    )


def statement_of(
    experiment: Experiment,
    results: figures.Results,
    counted: History,
    aside: set_aside.Aside | None,
    now: datetime,
) -> tuple[dict[str, Any], str]:
    """Return the values, and the canonical text of the counts that they rest on."""
    keys = [variant.key for variant in experiment.variants]
    counts = data_of(keys, counted)
    if aside:
        counts["aside"] = aside.data()
    document = documents.from_json(experiment.revision.document)
    values = {
        "made_by": made_by(),
        "experiment": experiment_values(experiment),
        "verdict": verdict_values(results, verdict_text.status_line(experiment, results)),
        "trust": [check_values(check) for check in results.trust],
        "attempts": _attempts(experiment, now),
        "forecasts": _forecasts(guesses_of(experiment, results)),
        "open": as_values(open_ends_of(document, results.rule)),
        "revision": revision_values(experiment),
        "digests": {
            "revision": experiment.revision.digest,
            "seal": experiment.seal,
            "data": digest(counts),
        },
        "figures": figures_json.results_json(results) | {"seal": experiment.seal},
    }
    # A memo of a test without any has no such part.
    if corrections := corrections_values(experiment):
        values["corrections"] = corrections
    if aside:
        values["beside"] = aside.values()
    return values, canonical(counts)


def verdict_values(results: figures.Results, phrases: list[str]) -> dict[str, Any]:
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


def check_values(check: trust.Check) -> dict[str, Any]:
    """Return a check of trust as the memo keeps it."""
    return {name: getattr(check, name) for name in ("check", "state", "title", "value", "reason")}


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
    names = correction_requests.names_of(experiment)
    return [
        {
            **sealed_values(each),
            "said": correction_requests.summary_of(each, names),
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
        for attempt in summary.other_attempts(experiment, now)
    ]


GUESS = ("name", "rate", "low", "high", "came", "is_held")


def _forecasts(found: Guesses) -> dict[str, Any]:
    return {
        "made": found.made,
        "scored": [{name: getattr(guess, name) for name in GUESS} for guess in found.scored],
    }


class OpenEnds(Struct, frozen=True):
    """What the test may have settled, or not: nobody has said so yet."""

    assumptions: tuple[NumberRow, ...]
    questions: tuple[documents.Question, ...]

    def __bool__(self) -> bool:
        return bool(self.assumptions or self.questions)


def open_ends_of(document: documents.Document, rule: rules.Hypothesis) -> OpenEnds:
    """Return the numbers marked as assumed, those behind the target, and the open questions."""
    asked = document.questions("internal")
    behind = (NumberRow(each.words, None, each.sentence) for each in assumptions_behind(rule))
    return OpenEnds(
        (*numbers_of(document).assumptions, *behind),
        tuple(question for question in asked if question.open),
    )


def unsaid_numbers(document: documents.Document) -> tuple[str, ...]:
    """Return the figures of which nobody said what they rest on, each once, in reading order.

    Numbers in words, such as “two questions”, are no figures. A memo does not keep these.
    """
    return tuple(row.words for row in numbers_of(document).figures if not row.has_source)


def as_values(ends: OpenEnds) -> dict[str, Any]:
    """Return the same as plain JSON values."""
    return {
        "assumptions": [_assumption(row) for row in ends.assumptions],
        "questions": [
            {
                "question": question.question,
                "owner": question.open.owner,
                "until": question.open.until,
                "settled_by": question.open.settled_by,
            }
            for question in ends.questions
            if question.open
        ],
    }


def _assumption(row: NumberRow) -> dict[str, str]:
    # A number behind the target has no entry in the ledger, and stands in no sentence of the text.
    if row.entry is None:
        return {"words": row.words, "sentence": "", "rests": row.sentence}
    return {"words": row.words, "sentence": row.sentence}


class Guesses(NamedTuple):
    """How many guessed, and once the figures are final their ranges, the closest guess first."""

    made: int
    scored: tuple[calibration.Scored, ...] = ()

    @property
    def held(self) -> int:
        """How many ranges held the result."""
        return sum(guess.is_held for guess in self.scored)


def guesses_of(experiment: Experiment, results: figures.Results) -> Guesses:
    """Return the forecasts of the text that was tested; before the end only how many there are.

    They are held against the control, which shows the text that was read.
    """
    found = _before_the_start(experiment)
    control = results.variants[0].totals
    if not results.verdict.is_final or not control.seen:
        return Guesses(len(found))
    came = control.converted / control.seen
    scored = [
        calibration.Scored(_name(guess.reviewer), guess.rate, guess.low, guess.high, came)
        for guess in found
    ]
    return Guesses(len(found), tuple(sorted(scored, key=lambda each: (each.off, each.name))))


def _before_the_start(experiment: Experiment) -> list[Forecast]:
    query = (
        db.select(Forecast)
        .where(
            Forecast.revision_id == experiment.revision_id,
            Forecast.made_at < experiment.started_at,
        )
        .options(joinedload(Forecast.reviewer).joinedload(Reviewer.person))
    )
    return list(db.session.scalars(query))


def _name(reviewer: Reviewer) -> str:
    return reviewer.name if reviewer.person_id else f"{reviewer.name}, guest"


def made_by() -> str:
    """Return our name and version, as memos state it."""
    return f"wbtest {version('wbtest')}"
