"""A draft made or changed as a whole, as programs do it: rule, settings, variants, or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from wbtest.publishing import rule as rules
from wbtest.publishing.experiments import (
    CONTROL,
    add_variant,
    change_rule,
    change_variant,
    create_experiment,
    find_variant,
    open_draft,
    remove_variant,
)
from wbtest.publishing.meanwhile import part_digest
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.sealing import draft_digest
from wbtest.store import Invalid, Outdated, hold, writing
from wbtest.team.models import Person
from wbtest.writing.models import Revision


class GivenVariant(NamedTuple):
    """A variant as it should be; the one of the key ``control`` is the approved text."""

    key: str
    name: str
    weight: int
    overrides: dict[str, Any]


def make_draft(
    revision: Revision, person: Person, settings: dict[str, Any], variants: Sequence[GivenVariant]
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
    variants: Sequence[GivenVariant] | None,
    read: str = "",
) -> Experiment:
    """Replace the settings that are named in ``changes``, and the variants where they are given.

    ``read`` is the ``whole_digest`` that somebody was shown; Outdated when it is another one by
    now. Raises Frozen after the start, and what ``change_rule`` and ``set_variants`` do.
    """
    with as_it_was_read(experiment, read):
        open_draft(experiment)
        stored: dict[str, Any] = {
            "slug": experiment.slug,
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
def as_it_was_read(experiment: Experiment, read: str) -> Iterator[None]:
    """Let nobody else change a draft while it is changed, or started, as somebody read it.

    ``read`` is the ``whole_digest`` of what they were shown, '' for whoever was shown none.
    Raises Outdated when it is another one by now.
    """
    with writing():
        hold(experiment)
        if read and read != whole_digest(experiment):
            raise Outdated
        yield


def whole_digest(experiment: Experiment) -> str:
    """SHA-256 of all that can be changed here, 64 hex digits: what a start would seal, and more."""
    return part_digest(draft_digest(experiment), experiment.expected_daily)


def set_variants(
    experiment: Experiment, person: Person, variants: Sequence[GivenVariant]
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


def _set(experiment: Experiment, person: Person, given: GivenVariant) -> None:
    words: dict[str, Any] = {
        "name": given.name,
        "weight": given.weight,
        "overrides": given.overrides,
    }
    if (variant := find_variant(experiment, given.key)) is not None:
        change_variant(variant, person, **words)
    else:
        add_variant(experiment, person, key=given.key, **words)
