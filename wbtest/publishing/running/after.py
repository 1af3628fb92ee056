"""After the end: what stands at the address of a test that is over, as its owner chooses."""

from wbtest.extensions import clock
from wbtest.publishing.experiments import find_newer_test
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import take_step
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.models import Person
from wbtest.writing.text_rules import find_fault, with_plain_breaks

CHOICES = {"closed": "Closed", "open": "Open as a waiting list"}
LONGEST_OUTCOME = 2_000


class NotOver(Refused):
    """A choice for the time after the end, while the test is not over."""


class Replaced(Refused):
    """A choice for an address that shows a newer test."""


def demand_choice(experiment: Experiment) -> None:
    """Raise NotOver or Replaced where what stands at the address is not this test's to choose."""
    if experiment.state != "ended":
        raise NotOver("This test is not over yet. Come back when it is.")
    if newer := find_newer_test(experiment):
        raise Replaced(
            f"/p/{newer.slug} shows attempt {newer.attempt} now. "
            "Once that is over, choose on its page what follows."
        )


def choose(
    experiment: Experiment,
    person: Person,
    afterwards: str,
    *,
    outcome: str = "",
    waiting_variant: str = "",
) -> Experiment:
    """Close the address with the outcome in the team's words, or open a waiting list there.

    ``waiting_variant`` is the key of the page that everybody is shown then. The list counts as open
    from its first opening on, since that is what those were promised who joined. Raises NotOver,
    Replaced, or Invalid naming the field; the same once more changes nothing.
    """
    with writing():
        hold(experiment)
        demand_choice(experiment)
        told = with_plain_breaks(outcome).strip()
        if afterwards not in CHOICES:
            raise Invalid("afterwards", "Choose one of the two.")
        if fault := find_fault(told, LONGEST_OUTCOME):
            raise Invalid("outcome", fault)
        if afterwards == "open":
            _check_list(experiment, waiting_variant)
        chosen = (afterwards, told, waiting_variant if afterwards == "open" else "")
        if chosen == (experiment.afterwards, experiment.outcome, experiment.waiting_variant):
            return experiment
        experiment.afterwards, experiment.outcome, experiment.waiting_variant = chosen
        if afterwards == "open" and experiment.opened_at is None:
            experiment.opened_at = clock.now()
        take_step(experiment, "opened" if afterwards == "open" else "closed", person, told)
    return experiment


def _check_list(experiment: Experiment, key: str) -> None:
    if experiment.identity_key is None:
        raise Invalid(
            "afterwards",
            "What was known of this test’s visitors is erased, and with it the key that signs the "
            "forms. Make a new experiment for a new list.",
        )
    if key not in {variant.key for variant in experiment.variants}:
        raise Invalid("waiting_variant", "Choose the page that everybody sees.")
