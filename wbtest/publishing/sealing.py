"""Sealing a test at its start, and whether it still is what was approved and sealed.

The seal is the digest of an exact text, of which approvers get a copy by mail. From then on a test
runs by the rule and the options that were sealed, not by the columns of its row.
"""

import json
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, to_builtins
from sqlalchemy import inspect, select
from sqlalchemy.orm.attributes import set_committed_value

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db, runtime
from wbtest.publishing import page_copy, page_design, page_options, rule_text
from wbtest.publishing import rule as rules
from wbtest.publishing.corrections import Place, chain_faults, in_force, page_of, texts_of
from wbtest.publishing.models import Correction, Experiment, Step
from wbtest.publishing.own_hosts import page_url
from wbtest.review.approvers import approvers_of
from wbtest.review.models import Approval
from wbtest.writing import document as documents
from wbtest.writing.models import Revision

# What is raised where a row holds JSON of another shape.
BROKEN = (LookupError, TypeError, ValueError, AttributeError)
# What each step of the history makes of a test.
STATES = {"started": "running", "paused": "paused", "resumed": "running", "ended": "ended"}
# Tests whose sealed texts are kept parsed: a page asks several times for the rule of one.
REMEMBERED = 256


def seal_experiment(experiment: Experiment) -> None:
    """Draw the salt, seal everything, and mail the seal to each approver.

    Must run inside the transaction of the start.
    """
    assert experiment.started_at is not None, "the moment of the start is sealed with it"
    digests = page_digests(experiment)
    rule = rules.from_json(experiment.rule)
    first_day = experiment.started_at.astimezone(ZoneInfo(experiment.time_zone)).date()
    limits = rules.limits_of(rule, first_day)
    experiment.assignment_salt = secrets.token_hex(16)
    sealed = SealedText(
        excluded=rules.EXCLUDED,
        network_limits=limits,
        pages=digests,
        revision=experiment.revision.digest,
        rule=rules.to_json(rule),
        salt=experiment.assignment_salt,
        slug=experiment.slug,
        time_zone=experiment.time_zone,
        variants=[
            SealedVariant(each.key, each.name, each.overrides, each.weight)
            for each in experiment.variants
        ],
        approvers=_approvers_of(experiment.revision),
        asks_name=experiment.asks_name,
        attempt=experiment.attempt,
        started_at=experiment.started_at,
        options=experiment.options,
        warnings_seen=experiment.warnings_seen,
    )
    values = to_builtins(sealed) | {"started_at": experiment.started_at.isoformat()}
    # Canonical JSON, so the digest can be computed from it.
    experiment.sealed = json.dumps(
        values, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    experiment.seal = rules.digest(experiment.sealed)
    _mail(experiment, digests, limits)


def page_digests(experiment: Experiment) -> dict[str, str]:
    """Return the digest of each variant's page, by its key."""
    document = documents.from_json(experiment.revision.document)
    return {
        variant.key: page_copy.digest(page_of(experiment, variant, document))
        for variant in experiment.variants
    }


def draft_digest(experiment: Experiment) -> str:
    """SHA-256 of all that a start would seal, as it stands now: 64 hex digits."""
    values = {
        "revision": experiment.revision.digest,
        "rule": experiment.rule,
        "settings": [*_address(experiment), experiment.time_zone, experiment.asks_name],
        "variants": [
            [variant.key, variant.name, variant.weight, variant.overrides]
            for variant in experiment.variants
        ],
        "look": [experiment.look, experiment.wording],
        "options": experiment.options,
    }
    return rules.digest(json.dumps(values, sort_keys=True))


def _address(experiment: Experiment) -> list[str]:
    return [experiment.slug, experiment.host] if experiment.host else [experiment.slug]


def _approvers_of(revision: Revision) -> list[int]:
    """The ids of those who approved the text as it stands, in their order."""
    query = (
        select(Approval.approver_id)
        .where(Approval.revision_id == revision.id, Approval.digest == revision.digest)
        .order_by(Approval.approver_id)
        .distinct()
    )
    return list(db.session.scalars(query))


def _mail(experiment: Experiment, digests: dict[str, str], limits: rules.NetworkLimits) -> None:
    base_url = runtime().settings.base_url
    body = rule_text.seal_letter(
        rules.from_json(experiment.rule),
        page_url=page_url(experiment),
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


class NotPublishable(Exception):
    """A row that differs from what was approved and sealed; the text says in what."""


class SealedVariant(Struct, frozen=True, forbid_unknown_fields=True):
    """A variant as the sealed text holds it."""

    key: str
    name: str
    overrides: dict[str, Any]
    weight: int


class SealedText(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a test is sealed with.

    ``pages`` are digests by the variant's key. ``network_limits`` say how many visitors of one
    network count, ``options`` are those that are not the usual ones, ``warnings_seen`` those of the
    launch check, ``approvers`` the people who approved the revision, by id.
    """

    excluded: str
    network_limits: rules.NetworkLimits
    pages: dict[str, str]
    revision: str
    rule: dict[str, Any]
    salt: str
    slug: str
    time_zone: str
    variants: list[SealedVariant]
    approvers: list[int]
    asks_name: bool
    attempt: int
    started_at: datetime
    options: dict[str, Any] = {}
    warnings_seen: list[str] = []


class Sealed(NamedTuple):
    """What was sealed, with the rule and the options of it."""

    text: SealedText
    rule: rules.Hypothesis
    options: page_options.Options


@lru_cache(REMEMBERED)
def read_sealed(text: str) -> Sealed:
    """Return what a sealed text says. Raises one of BROKEN for a text that could not be sealed."""
    found = msgspec.json.decode(text, type=SealedText)
    ZoneInfo(found.time_zone)
    return Sealed(found, rules.from_json(found.rule), page_options.from_json(found.options))


def sealed_rule(experiment: Experiment) -> rules.Hypothesis:
    """Return the rule as it was sealed; before the start, as it stands.

    Where the sealed text can't be read it is the row's copy, so that the pages of the test can
    show what is wrong. Raises NotARule when that can't be read either.
    """
    found = _find_sealed(experiment)
    return found.rule if found else rules.from_json(experiment.rule)


def sealed_options(experiment: Experiment) -> page_options.Options:
    """Return the options in the same way. Raises NotAnOption."""
    found = _find_sealed(experiment)
    return found.options if found else page_options.from_json(experiment.options)


def sealed_limits(experiment: Experiment, now: datetime) -> rules.NetworkLimits:
    """Return how many of one network count; of a draft as if it started ``now``.

    Raises NotARule, and LookupError where the time zone can't be read.
    """
    if found := _find_sealed(experiment):
        return found.text.network_limits
    today = now.astimezone(ZoneInfo(experiment.time_zone)).date()
    return rules.limits_of(sealed_rule(experiment), today)


def _find_sealed(experiment: Experiment) -> Sealed | None:
    try:
        return read_sealed(experiment.sealed) if experiment.sealed else None
    except BROKEN:
        return None


def find_faults(experiment: Experiment, approved: Collection[tuple[str, int]]) -> Iterator[str]:
    """Yield a clause for each way in which it differs from what was approved and sealed.

    ``approved`` are the digests that the approvals of its revision name, each with the id of its
    approver. Of a draft nothing is sealed, so only its text is compared.
    """
    revision = experiment.revision
    approvers = {by for digest, by in approved if digest == revision.digest}
    if not approved:
        yield f"the approval of revision {revision.number} is gone"
    elif not approvers:
        yield f"the approval of revision {revision.number} is for another text"
    text = msgspec.json.encode(revision.document)
    try:
        if _digest_of_text(text) != revision.digest:
            yield f"the text of revision {revision.number} differs from the approved one"
    except BROKEN as error:
        yield f"the text of revision {revision.number} can’t be read: {described(error)}"
    if experiment.state == "draft":
        return
    if rules.digest(experiment.sealed) != experiment.seal:
        yield "the sealed text differs from its seal"
    try:
        sealed = read_sealed(experiment.sealed).text
    except BROKEN as error:
        yield f"the sealed text can’t be read: {described(error)}"
    else:
        if approvers and not approvers.issuperset(sealed.approvers):
            yield f"an approval of revision {revision.number} is gone"
        yield from _find_differences(experiment, sealed)
        yield from _different_history(experiment)
        yield from _different_variants(experiment, sealed, text)
        yield from _wrong_corrections(experiment)


def faults_of(experiments: Iterable[Experiment]) -> dict[int, tuple[str, ...]]:
    """Return what ``find_faults`` finds in each, by its id: three queries for all of them."""
    found = list(experiments)
    _read_at_once(found, "corrections", Correction)
    _read_at_once(found, "steps", Step)
    approved = defaultdict[Revision, set[tuple[str, int]]](set)
    rows = db.session.execute(
        select(Revision, Approval.digest, Approval.approver_id)
        .outerjoin(Approval, Approval.revision_id == Revision.id)
        .where(Revision.id.in_({each.revision_id for each in found}))
    )
    for revision, digest, approver in rows:
        approved[revision].update([(digest, approver)] if digest else [])
    return {each.id: tuple(find_faults(each, approved[each.revision])) for each in found}


def _read_at_once(experiments: Iterable[Experiment], name: str, rows: Any) -> None:
    """Read the rows of those whose are not read yet, with one query."""
    unread = {each.id: each for each in experiments if name in inspect(each).unloaded}
    by_experiment = defaultdict[int, list[Any]](list)
    query = select(rows).where(rows.experiment_id.in_(unread)).order_by(rows.number)
    for row in db.session.scalars(query):
        by_experiment[row.experiment_id].append(row)
    for key, experiment in unread.items():
        set_committed_value(experiment, name, by_experiment[key])


def described(error: Exception) -> str:
    """Return what is wrong with a value in one line; a missing field is named."""
    field = getattr(error, "field", "")
    said = " ".join(str(error).split()).rstrip(".")
    return f"{field}: {said}" if field else said


def _find_differences(experiment: Experiment, sealed: SealedText) -> Iterator[str]:
    """What belongs to all variants."""
    rule = f"the rule differs from the sealed one{_which(sealed.rule, experiment.rule)}"
    chosen = f"the options differ from the sealed ones{_which(sealed.options, experiment.options)}"
    name = "whether the form asks for a name differs from what was sealed"
    warned = "the warnings of the launch check differ from the sealed ones"
    compared = (
        (sealed.slug, experiment.slug, "the address differs from the sealed one"),
        (sealed.revision, experiment.revision.digest, "the press release is not the sealed one"),
        (sealed.rule, experiment.rule, rule),
        (sealed.time_zone, experiment.time_zone, "the time zone differs from the sealed one"),
        (sealed.options, experiment.options, chosen),
        (sealed.warnings_seen, experiment.warnings_seen, warned),
        (sealed.asks_name, experiment.asks_name, name),
        (sealed.salt, experiment.assignment_salt, "the salt differs from the sealed one"),
        (sealed.attempt, experiment.attempt, "the attempt’s number differs from the sealed one"),
        (sealed.started_at, experiment.started_at, "the start differs from the sealed one"),
    )
    yield from (clause for was, now, clause in compared if was != now)


def _different_history(experiment: Experiment) -> Iterator[str]:
    """Where the row of a test and the steps that were taken say different things."""
    taken = [step for step in experiment.steps if step.what in STATES]
    moments = {step.what: step.at for step in taken}
    if moments.get("started") != experiment.started_at:
        yield "the start differs from the history"
    if moments.get("ended") != experiment.ended_at:
        yield "the end differs from the history"
    if not taken or STATES[taken[-1].what] != experiment.state:
        yield "the state differs from the history"
    corrected = sum(step.what == "corrected" for step in experiment.steps)
    if corrected != len(in_force(experiment.corrections)):
        yield "the corrections differ from the history"


def _which(was: Any, now: Any) -> str:
    """The names of the fields that differ, in brackets."""
    if not isinstance(now, dict):
        return ""
    names = [name for name in sorted(was.keys() | now.keys()) if was.get(name) != now.get(name)]
    return f" ({', '.join(name.replace('_', ' ') for name in names)})"


def _different_variants(experiment: Experiment, sealed: SealedText, text: bytes) -> Iterator[str]:
    present = {variant.key: variant for variant in experiment.variants}
    if list(present) != [variant.key for variant in sealed.variants]:
        yield "the variants are not the sealed ones"
    for was in sealed.variants:
        if (variant := present.get(was.key)) is None:
            continue
        name = f"“{was.name or was.key}”"
        if variant.name != was.name:
            yield f"the name of {name} differs from the sealed one"
        if variant.weight != was.weight:
            yield f"the weight of {name} differs from the sealed one"
        if variant.overrides != was.overrides:
            yield f"the words of {name} differ from the sealed ones"
            continue
        parts = msgspec.json.encode([variant.overrides, experiment.look, experiment.wording])
        try:
            if _digest_of_page(text, parts) != sealed.pages.get(was.key):
                yield f"the page of {name} differs from the sealed one"
        except BROKEN as error:
            yield f"the page of {name} can’t be read: {described(error)}"


def _wrong_corrections(experiment: Experiment) -> Iterator[str]:
    found = in_force(experiment.corrections)
    if not (found or experiment.corrected_seal):
        return
    try:
        originals = originals_of(experiment)
        yield from chain_faults(
            (experiment.seal, experiment.corrected_seal),
            originals,
            found,
            str(experiment.revision.document.get("language", "")),
        )
    except BROKEN as error:
        yield f"the corrections can’t be read: {described(error)}"


def originals_of(experiment: Experiment) -> dict[Place, str]:
    """Return the texts of the page as they were sealed."""
    document = documents.from_json(experiment.revision.document)
    return texts_of(document, {each.key: each.overrides for each in experiment.variants})


@lru_cache(REMEMBERED)
def _digest_of_text(text: bytes) -> str:
    """Computed once for the same text, which takes ten times as long as to look it up."""
    return documents.digest(documents.from_json(msgspec.json.decode(text)))


@lru_cache(REMEMBERED)
def _digest_of_page(text: bytes, parts: bytes) -> str:
    """The same of a variant's page; ``parts`` are its overrides, the look and the wording."""
    overrides, shown, wording = msgspec.json.decode(parts)
    document = documents.from_json(msgspec.json.decode(text))
    return page_copy.digest(
        page_copy.build_copy(document, overrides, page_design.from_json(shown), wording)
    )
