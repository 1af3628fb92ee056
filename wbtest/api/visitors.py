"""What owners do about those who came: told, erased."""

from datetime import datetime

import msgspec

from wbtest.api.release_shapes import Given
from wbtest.audience.leaving.closing import count_hearers
from wbtest.audience.leaving.erasures import erase_for
from wbtest.audience.leaving.purging import is_done, purge_now
from wbtest.publishing.models import Experiment
from wbtest.results.closing import tell
from wbtest.store import Invalid
from wbtest.team import access


class LastLetter(Given, kw_only=True):
    """What everybody is told who signed up and may hear of it, once."""

    text: str


class LoopShown(msgspec.Struct, kw_only=True):
    """How many have their mail, how many still get it, and whether visitors are erased."""

    text: str
    told_at: datetime | None
    told: int
    to_tell: int
    purged_at: datetime | None
    is_purged: bool


class Purging(Given, kw_only=True):
    """The address of the test, typed once more: nothing brings back what is erased."""

    slug: str


class Erasing(Given, kw_only=True):
    """The address of whoever asked for it."""

    email: str


def get_closing(experiment_id: int) -> LoopShown:
    """How far it is with the last letter and with what is erased."""
    return _loop(access.get(Experiment, experiment_id, "approve"))


def tell_visitors(experiment_id: int, body: LastLetter) -> LoopShown:
    """Write to everybody who signed up what was decided; once, when the test is over."""
    experiment = access.get(Experiment, experiment_id, "approve")
    return _loop(tell(experiment, access.person(), body.text))


def purge_visitors(experiment_id: int, body: Purging) -> LoopShown:
    """Erase what is known of the visitors before the day that was promised."""
    experiment = access.get(Experiment, experiment_id, "own")
    if body.slug.strip().lower().removeprefix("/p/") != experiment.slug:
        raise Invalid("slug", f"Give {experiment.slug} to erase what is known of its visitors.")
    purge_now(experiment, access.person())
    return _loop(experiment)


def erase_signup(experiment_id: int, body: Erasing) -> None:
    """Erase an address for whoever asked somebody of the team for it. No count changes."""
    experiment = access.get(Experiment, experiment_id, "own")
    erase_for(experiment, access.person(), body.email)


def _loop(experiment: Experiment) -> LoopShown:
    hearers = count_hearers(experiment)
    return LoopShown(
        text=experiment.last_letter,
        told_at=experiment.last_letter_at,
        told=hearers.told,
        to_tell=hearers.to_tell,
        purged_at=experiment.purged_at,
        is_purged=is_done(experiment),
    )
