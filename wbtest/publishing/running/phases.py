"""New phases of a running experiment: other weights, or another set of variants.

Each has a salt and a seal of its own. Visitors keep the variant they were shown first; rates are
shown by phase and never pooled, the evidence of all phases adds up.
"""

from collections.abc import Mapping
from typing import Any

from wbtest.extensions import clock
from wbtest.publishing import copy, slugs
from wbtest.publishing import rule as rules
from wbtest.publishing.assembling import page_of
from wbtest.publishing.choices import options
from wbtest.publishing.choices.choosing import lacks_price
from wbtest.publishing.experiments import (
    LONGEST_KEY,
    VARIANTS_RULE,
    checked,
    find_variant,
)
from wbtest.publishing.launch.check import repeated_pages
from wbtest.publishing.launch.payment import find_demand
from wbtest.publishing.launch.readiness import find_objection
from wbtest.publishing.meanwhile import demand_same, find_same, variant_parts
from wbtest.publishing.models import Experiment, Phase, Variant
from wbtest.publishing.running.life import ends_at, reason_of, take_step
from wbtest.publishing.running.sealing import seal_phase
from wbtest.publishing.running.stages import tested, unopened
from wbtest.review.approvals import NotYours
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.models import Person
from wbtest.writing.wording import gives_reason


class NotRunning(Refused):
    """A change of what is tested while nothing is."""


def open_phase(
    experiment: Experiment, person: Person, weights: Mapping[str, int], why: str, read: str = ""
) -> Phase:
    """Open the next phase, in which newcomers are shown the variants of ``weights`` alone.

    Weights are whole numbers by key; a variant left out, or with 0, gets nobody new. ``read`` are
    the words of new variants that the person was shown, as ``words_digest`` gives them. Raises
    Invalid naming the field, NotRunning, NotYours for who wrote a variant that it opens.
    """
    with writing():
        _hold_running(experiment)
        given = _weights(experiment, weights)
        reason = reason_of(why)
        if not gives_reason(reason):
            raise Invalid("why", "Say why in a sentence: it stands in the history.")
        if given == experiment.phases[-1].weights:
            raise Invalid("weights", "These are the weights of now. Change one, or leave it so.")
        new = [variant for variant in unopened(experiment) if variant.key in given]
        if objection := find_objection(experiment, person, new, doing="opens the phase"):
            raise NotYours(objection)
        if new and read and read != words_digest(experiment):
            raise Invalid("weights", "The words of a new variant changed after you opened this.")
        _check_pages(experiment, new)
        phase = seal_phase(experiment, given)
        names = {variant.key: variant.name for variant in experiment.variants}
        said = ", ".join(f"{names[key]} {weight}" for key, weight in given.items())
        take_step(experiment, "phase", person, f"Phase {phase.number} ({said}): {reason}")
    return phase


def write_variant(
    experiment: Experiment, writer: Person, *, name: str, overrides: Mapping[str, Any]
) -> Variant:
    """Write a variant that waits for a new phase, and stand it behind the others.

    The same once more, as by a double click, returns the first. Raises NotRunning, or Invalid for a
    seventh variant and for a name or override of no use.
    """
    with writing():
        _hold_running(experiment)
        words = _words(experiment, name, overrides)
        if same := find_same(unopened(experiment), name, 1, words):
            return same
        taken = {variant.key for variant in experiment.variants}
        if len(taken) >= rules.MOST_VARIANTS:
            raise Invalid("name", "A test has six variants at most, over all its phases.")
        variant = Variant(
            key=slugs.propose(name, taken, LONGEST_KEY),
            position=len(taken),
            name=name.strip(),
            weight=1,
            overrides=words,
            writer_id=writer.id,
        )
        experiment.variants.append(variant)
    return variant


def rewrite_variant(
    variant: Variant, writer: Person, *, name: str, overrides: Mapping[str, Any], read: str = ""
) -> Variant:
    """Replace name and words of a variant that no phase has opened.

    ``read`` is as in ``change_variant``. Raises as ``write_variant``, or Overtaken.
    """
    with writing():
        _hold_running(variant.experiment)
        _demand_unopened(variant)
        words = _words(variant.experiment, name, overrides)
        if variant_parts(variant) != (name.strip(), variant.weight, words):
            demand_same(read, *variant_parts(variant))
        if words != variant.overrides:
            variant.overrides, variant.writer_id = words, writer.id
        variant.name = name.strip()
    return variant


def drop_variant(variant: Variant) -> None:
    """Take a variant away that no phase has opened. Raises Refused for any other."""
    with writing():
        experiment = variant.experiment
        hold(experiment)
        _demand_unopened(variant)
        experiment.variants.remove(variant)
        for position, kept in enumerate(experiment.variants):
            kept.position = position


def words_digest(experiment: Experiment) -> str:
    """SHA-256 of the words of all variants that wait, 64 hex digits."""
    words = [(each.key, copy.digest(page_of(experiment, each))) for each in unopened(experiment)]
    return rules.digest(repr(words))


def _hold_running(experiment: Experiment) -> None:
    hold(experiment)
    if experiment.state not in ("running", "paused") or ends_at(experiment) <= clock.now():
        raise NotRunning("A new phase needs a test that runs. This one does not.")


def _demand_unopened(variant: Variant) -> None:
    if variant not in unopened(variant.experiment):
        raise Refused("This variant was shown to visitors, so its words stay. Write another one.")


def _weights(experiment: Experiment, weights: Mapping[str, int]) -> dict[str, int]:
    """The weights without those of nobody, in the order of the variants."""
    for key, weight in weights.items():
        if find_variant(experiment, key) is None:
            raise Invalid("weights", "There is no such variant. Look at the page anew.")
        if type(weight) is not int or not 0 <= weight <= rules.HEAVIEST:
            raise Invalid(key, VARIANTS_RULE)
    given = {each.key: weights.get(each.key, 0) for each in experiment.variants}
    given = {key: weight for key, weight in given.items() if weight}
    if not given:
        raise Invalid("weights", "Somebody who comes must be shown something: give a weight.")
    return given


def _words(experiment: Experiment, name: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    words = checked(experiment, name, 1, overrides)
    if not words:
        raise Invalid("headline", "Change at least one part: an unchanged page is no new variant.")
    return words


def _check_pages(experiment: Experiment, new: list[Variant]) -> None:
    """What the launch check asks of each page is asked of a new one too."""
    pages = [(each.name, page_of(experiment, each)) for each in [*tested(experiment), *new]]
    for name, same in repeated_pages(pages):
        raise Invalid("weights", f"“{name}” is the same page as “{same}”. Change its words first.")
    chosen = options.from_json(experiment.options)
    for name, page in pages[-len(new) :] if new else []:
        if not page.headline.strip() or not page.cta_label.strip():
            raise Invalid("weights", f"“{name}” needs a headline, and words on its button.")
        if lacks_price(chosen, page):
            raise Invalid("weights", f"“{name}” names no price, and visitors are asked for a yes.")
        if demand := find_demand(page):
            raise Invalid("weights", f"“{demand}” in “{name}” asks for money. Nobody can pay here.")
