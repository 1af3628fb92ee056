"""Passing the launch check: who did, of which draft, and which warnings they saw."""

from collections.abc import Collection

from wbtest.networks import Reach
from wbtest.publishing.launch.facts import findings_of, unseen_warnings, warnings_of
from wbtest.publishing.launch.readiness import Missing
from wbtest.publishing.launch.values import NAMES
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import AlreadyDone, ChangedMeanwhile, NotReady, take_step
from wbtest.publishing.running.sealing import draft_digest
from wbtest.store import Invalid, hold, writing
from wbtest.team.models import Person
from wbtest.writing.text_rules import joined


class WarningsUnseen(Invalid):
    """A check by somebody who wasn't shown each warning; ``whats`` are the ones they lack."""

    def __init__(self, whats: list[str]) -> None:
        names = joined([NAMES[what] for what in whats])
        super().__init__("seen", f"You haven’t seen every warning: {names}. Read them first.")
        self.whats = whats


def check(
    experiment: Experiment,
    person: Person,
    seen: Collection[str],
    read: str = "",
    reach: Reach = "",
) -> Experiment:
    """Remember that this draft passed the launch check, and the warnings that the person saw.

    ``seen`` is what the warnings are about that they were shown; ``read`` is the digest of the
    draft that they were shown, ``reach`` how they reached the server. Raises NotReady with the
    blockers, WarningsUnseen, ChangedMeanwhile when the draft is not what was read, AlreadyDone
    after the start.
    """
    with writing():
        hold(experiment)
        if experiment.state != "draft":
            raise AlreadyDone(f"/p/{experiment.slug} was started before.")
        if read and read != draft_digest(experiment):
            raise ChangedMeanwhile(
                "The draft changed after you opened this page. Look at the check anew."
            )
        found = findings_of(experiment, reach)
        blockers = [entry for entry in found if entry.kind == "blocker"]
        if blockers:
            raise NotReady([Missing(entry.what, entry.sentence) for entry in blockers])
        if unseen := unseen_warnings(found, seen):
            raise WarningsUnseen(unseen)
        experiment.warnings_seen = warnings_of(found)
        experiment.checked_digest = draft_digest(experiment)
        names = [NAMES[what] for what in experiment.warnings_seen]
        why = f"Warnings seen: {joined(names)}" if names else ""
        take_step(experiment, "checked", person, why)
    return experiment
