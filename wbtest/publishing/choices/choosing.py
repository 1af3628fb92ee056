"""How a page treats its visitors, chosen while the experiment is a draft."""

from collections.abc import Iterator
from typing import NamedTuple

from wbtest.publishing import rule as rules
from wbtest.publishing.assembling import page_of
from wbtest.publishing.choices.options import ASKS_FOR, Options, asked_by, from_json, to_json
from wbtest.publishing.conversions import ACTS
from wbtest.publishing.copy import PageCopy
from wbtest.publishing.experiments import open_draft
from wbtest.publishing.meanwhile import demand_same
from wbtest.publishing.models import Experiment
from wbtest.store import Invalid, writing
from wbtest.team.models import Person
from wbtest.writing import document as documents


class Conflict(NamedTuple):
    """Two choices that cannot both hold; ``field`` names the option, the sentence the way out."""

    field: str
    sentence: str


def change_options(
    experiment: Experiment, person: Person, options: Options, read: str = ""
) -> Experiment:
    """Replace the draft's options. Who changes what visitors are asked is kept as its writer.

    Raises Frozen after the start, Invalid for a conflict.
    ``read`` is the digest of the options that the person was shown; Overtaken when it is old.
    """
    with writing():
        open_draft(experiment)
        if experiment.options != to_json(options):
            demand_same(read, experiment.options)
        for conflict in conflicts(experiment, options):
            raise Invalid(*conflict)
        if asked_by(options) != asked_by(from_json(experiment.options)):
            experiment.questions_writer_id = person.id if any(asked_by(options)) else None
        experiment.options = to_json(options)
    return experiment


def conflicts(experiment: Experiment, options: Options) -> Iterator[Conflict]:
    """Yield where the options contradict the experiment's rule, its variants or what they say."""
    rule = rules.from_json(experiment.rule)
    if rule.conversion == "confirmed" and not options.confirms:
        yield Conflict(
            "confirms",
            "The rule counts sign-ups that were confirmed by mail, so a mail must ask. "
            "Leave this on, or let the rule count every sign-up.",
        )
    if options.counting == "cookieless" and len(experiment.variants) > 1:
        yield Conflict(
            "counting",
            "Without cookies a test has one variant, so nobody is shown two. Remove the others, or "
            "tell visitors apart by a cookie.",
        )
    if rule.conversion in ASKS_FOR and rule.conversion not in options.asks_for:
        yield Conflict(
            "asks_for",
            f"The rule counts people who {ACTS[rule.conversion].did}, so the page must ask. "
            "Tick that step, or change what the rule counts.",
        )
    if "price" in options.asks_for:
        document = documents.from_json(experiment.revision.document)
        for variant in experiment.variants:
            if lacks_price(options, page_of(experiment, variant, document)):
                yield Conflict(
                    "asks_for",
                    f"The page “{variant.name}” names no price to say yes to. "
                    "Give it one first, or leave this step out.",
                )
                return


def lacks_price(options: Options, page: PageCopy) -> bool:
    """Whether visitors would be asked for a yes to a price that the page does not name."""
    return "price" in options.asks_for and not page.price.strip()
