"""Closing the loop is for whoever has decided: the decision stands before the mail about it."""

from wbtest.audience.leaving.closing import close_the_loop
from wbtest.publishing.decisions import find_decision
from wbtest.publishing.models import Experiment
from wbtest.store import Refused, writing
from wbtest.team.models import Person


def tell(experiment: Experiment, person: Person, text: str) -> Experiment:
    """Tell everybody who may hear what was decided, once; see ``close_the_loop``.

    Raises Refused while nothing is decided.
    """
    with writing():
        if find_decision(experiment) is None:
            raise Refused("Decide first: go, iterate or stop. Then tell those who signed up.")
        return close_the_loop(experiment, person, text)
