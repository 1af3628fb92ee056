"""A whole draft in one transaction: from a program, or as a copy of another experiment."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from wbtest.extensions import clock
from wbtest.publishing import corrections, sealing, tracking_links
from wbtest.publishing import rule as rules
from wbtest.publishing.experiments import (
    CONTROL,
    add_draft,
    add_variant,
    change_rule,
    change_variant,
    create_experiment,
    drafts_of,
    find_variant,
    inherit_design,
    open_draft,
    part_digest,
    remove_variant,
)
from wbtest.publishing.models import Experiment, Variant
from wbtest.review.approvals import approvals_by_revision
from wbtest.store import Invalid, Outdated, hold, writing
from wbtest.team.models import Person
from wbtest.writing.models import Revision


class VariantInput(NamedTuple):
    """A variant as it should be; the one of the key ``control`` is the approved text."""

    key: str
    name: str
    weight: int
    overrides: dict[str, Any]


def make_draft(
    revision: Revision, person: Person, settings: dict[str, Any], variants: Sequence[VariantInput]
) -> Experiment:
    """Make a draft with its ``variants``, or with the control alone where there are none.

    Raises what ``create_experiment`` and ``set_variants`` do.
    """
    with writing():
        experiment = create_experiment(revision, person, **settings)
        if variants:
            set_variants(experiment, person, variants)
    return experiment


def change_draft(
    experiment: Experiment,
    person: Person,
    changes: Mapping[str, Any],
    variants: Sequence[VariantInput] | None,
    read: str = "",
) -> Experiment:
    """Replace the settings that are named in ``changes``, and the variants where they are given.

    ``read`` is the ``whole_digest`` that somebody was shown; Outdated when it is another one by
    now. Raises Frozen after the start, and what ``change_rule`` and ``set_variants`` do.
    """
    with unchanged_draft(experiment, read):
        open_draft(experiment)
        stored: dict[str, Any] = {
            "slug": experiment.slug,
            "host": experiment.host,
            "rule": rules.from_json(experiment.rule),
            "time_zone": experiment.time_zone,
            "asks_name": experiment.asks_name,
            "expected_daily": experiment.expected_daily,
        }
        change_rule(experiment, **stored | dict(changes))
        if variants is not None:
            set_variants(experiment, person, variants)
    return experiment


@contextmanager
def unchanged_draft(experiment: Experiment, read: str) -> Iterator[None]:
    """Let nobody else change a draft while it is changed, or started, as somebody read it.

    ``read`` is the ``whole_digest`` of what they were shown, '' where they were shown none.
    Raises Outdated when it is another one by now.
    """
    with writing():
        hold(experiment)
        if read and read != whole_digest(experiment):
            raise Outdated
        yield


def whole_digest(experiment: Experiment) -> str:
    """SHA-256 of all that can be changed here, 64 hex digits: what a start would seal, and more."""
    return part_digest(sealing.draft_digest(experiment), experiment.expected_daily)


def set_variants(
    experiment: Experiment, person: Person, variants: Sequence[VariantInput]
) -> Experiment:
    """Make these the variants of a draft. One of a known key is changed, and keeps its place.

    Raises Invalid at the part of the variant that cannot be kept, and without a control.
    """
    keys = [given.key for given in variants]
    if CONTROL not in keys:
        raise Invalid("variants", "One of them is “control”, with which the others are compared.")
    with writing():
        for variant in [each for each in experiment.variants if each.key not in keys]:
            remove_variant(variant)
        for place, given in enumerate(variants):
            if given.key in keys[:place]:
                raise Invalid(f"variants[{place}].key", "Another variant has this key.")
            try:
                _set(experiment, person, given)
            except Invalid as refused:
                inside = "" if refused.field in given._fields else "overrides."
                place_of = f"variants[{place}].{inside}{refused.field}"
                raise Invalid(place_of, str(refused)) from refused
    return experiment


def _set(experiment: Experiment, person: Person, given: VariantInput) -> None:
    words = given._asdict()
    key = words.pop("key")
    if (variant := find_variant(experiment, key)) is not None:
        change_variant(variant, person, **words)
    else:
        add_variant(experiment, person, key=key, **words)


def clone_experiment(experiment: Experiment, author: Person) -> Experiment:
    """Make a draft like ``experiment``, of the newest approved revision of its release.

    It takes over rule, variants, look, wording, options and links; the last day moves to as many
    days from today, and crowds that are over stay behind. What was counted, sealed, checked, done
    or decided stays where it is. All words keep their writer, so somebody else signs them off. The
    same once more, as by a double click, returns the first.
    """
    with writing():
        # The second of two clicks waits here for the first.
        hold(experiment)
        hold(experiment.release)
        revision, rule = _newest_approved(experiment), _moved_rule(experiment)
        made = _find_same(experiment, revision, author, rule)
        if made is not None:
            return made
        parts = {
            "rule": rules.to_json(rule),
            "time_zone": experiment.time_zone,
            "asks_name": experiment.asks_name,
            "host": experiment.host,
            "expected_daily": experiment.expected_daily,
            "form_sites": list(experiment.form_sites),
            "tracking_links": tracking_links.copy_links(experiment, author),
            "variants": [_copied(variant) for variant in experiment.variants],
            "options": dict(experiment.options),
            "questions_writer_id": experiment.questions_writer_id,
            # Of a text in another language it keeps what the newest page in that one says.
            **inherit_design(revision),
            "look": dict(experiment.look),
            "look_writer_id": experiment.look_writer_id,
        }
        if _language_of(revision) == _language_of(experiment.revision):
            parts |= {
                "wording": dict(experiment.wording),
                "wording_writer_id": experiment.wording_writer_id,
            }
        return add_draft(revision, author, **parts)


def moved_end(rule: rules.Hypothesis, began: date, today: date) -> date:
    """Return the last day of a test like this one that starts today.

    As long as the first was to be, yet never shorter than its rule asks nor longer than a year.
    """
    days = (rule.ends_on - began).days
    return today + timedelta(days=min(max(days, rule.minimum_days, 1), rules.LONGEST_TEST))


def _moved_rule(experiment: Experiment) -> rules.Hypothesis:
    zone = ZoneInfo(experiment.time_zone)
    began = (experiment.started_at or experiment.created_at).astimezone(zone).date()
    rule = sealing.sealed_rule(experiment)
    end = moved_end(rule, began, clock.now().astimezone(zone).date())
    return with_crowds_to_come(replace(rule, ends_on=end), clock.now(), experiment.time_zone)


def with_crowds_to_come(rule: rules.Hypothesis, now: datetime, time_zone: str) -> rules.Hypothesis:
    """Return the rule without the crowds that lie outside a test from ``now`` on."""
    ends_at = rule.ends_at(time_zone)
    kept = (crowd for crowd in rule.crowds if not crowd.find_until_fault(now, ends_at))
    return replace(rule, crowds=tuple(kept))


def _newest_approved(experiment: Experiment) -> Revision:
    """The newest approved revision of the release; the experiment's own while there is none."""
    release = experiment.release
    approved = approvals_by_revision(release.id)
    found = [revision for revision in release.revisions if revision.number in approved]
    return found[-1] if found else experiment.revision


def _language_of(revision: Revision) -> str:
    return str(revision.document.get("language") or "en")


def _copied(variant: Variant) -> Variant:
    return Variant(
        key=variant.key,
        position=variant.position,
        name=variant.name,
        weight=variant.weight,
        overrides=dict(corrections.overrides_of(variant)),
        writer_id=variant.writer_id,
    )


def _find_same(
    experiment: Experiment, revision: Revision, author: Person, rule: rules.Hypothesis
) -> Experiment | None:
    """A draft by the same author, untouched since it was made in this way; or None."""
    drafts = [each for each in drafts_of(revision, author) if each.id != experiment.id]
    has_words = _language_of(revision) == _language_of(experiment.revision)
    wanted = _compared(experiment, has_words) | {"rule": rules.to_json(rule)}
    return next((draft for draft in drafts if _compared(draft, has_words) == wanted), None)


def _compared(experiment: Experiment, has_words: bool) -> dict[str, object]:
    return {
        "rule": experiment.rule,
        "settings": [
            *(experiment.time_zone, experiment.asks_name),
            *(experiment.expected_daily, experiment.host),
        ],
        "look": [experiment.look, has_words and experiment.wording, experiment.options],
        "variants": [
            [each.key, each.name, each.weight, corrections.overrides_of(each)]
            for each in experiment.variants
        ],
    }
