"""The words by which people of a list agreed to mail, as somebody of the team vouches for."""

from wbtest.publishing.assembling import page_of
from wbtest.publishing.models import Experiment
from wbtest.store import Invalid

LONGEST_HOW = 300
NO_HOW = "Say where and how they agreed: it is shown to whoever of them asks."
TOO_LONG = f"Say it in {LONGEST_HOW} characters at most."


def sentence_of(experiment: Experiment) -> str:
    """Return what they agreed to, for a person to vouch for."""
    return f"These people agreed that we write to them about {page_of(experiment).product}."


def agreement_of(experiment: Experiment, how: str) -> str:
    """Return the agreement with ``how`` it was given. Raises Invalid where that is not said."""
    said = " ".join(how.split())
    if not said or len(said) > LONGEST_HOW:
        raise Invalid("how", TOO_LONG if said else NO_HOW)
    return f"{sentence_of(experiment)} {said}"
