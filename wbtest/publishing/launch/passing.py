"""Passing the launch check: who did, of which draft, and why its warnings do not stop it."""

from collections.abc import Mapping

from wbtest.publishing.launch.facts import findings_of
from wbtest.publishing.launch.readiness import Missing
from wbtest.publishing.launch.values import NAMES, Finding
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import AlreadyDone, ChangedMeanwhile, NotReady, take_step
from wbtest.publishing.running.sealing import draft_digest
from wbtest.store import Invalid, hold, writing
from wbtest.team.models import Person
from wbtest.writing.wording import find_fault, on_one_line, seen, with_plain_breaks

LONGEST_REASON = 500


class ReasonsMissing(Invalid):
    """A check without a reason for each warning; ``faults`` are sentences by what it is about."""

    def __init__(self, faults: dict[str, str]) -> None:
        first = next(iter(faults))
        super().__init__(first, f"{NAMES[first]}: {faults[first]}")
        self.faults = faults


def check(
    experiment: Experiment, person: Person, reasons: Mapping[str, str], read: str = ""
) -> Experiment:
    """Remember that this draft passed the launch check, and the reasons for its warnings.

    ``reasons`` are sentences by what a warning is about; ``read`` is the digest of the draft that
    the person was shown. Raises NotReady with the blockers, ReasonsMissing, ChangedMeanwhile when
    the draft is not what was read, AlreadyDone after the start.
    """
    with writing():
        hold(experiment)
        if experiment.state != "draft":
            raise AlreadyDone(f"/p/{experiment.slug} was started before.")
        if read and read != draft_digest(experiment):
            raise ChangedMeanwhile(
                "The draft changed after you opened this page. Look at the check anew."
            )
        found = findings_of(experiment)
        blockers = [entry for entry in found if entry.kind == "blocker"]
        if blockers:
            raise NotReady([Missing(entry.what, entry.sentence) for entry in blockers])
        given = _reasons(found, reasons)
        experiment.reasons, experiment.checked_digest = given, draft_digest(experiment)
        why = "\n".join(f"{NAMES[what]}: {reason}" for what, reason in given.items())
        take_step(experiment, "checked", person, why)
    return experiment


def _reasons(found: list[Finding], typed: Mapping[str, str]) -> dict[str, str]:
    """The reasons for what is warned of now, as they are kept."""
    # Two warnings may be about one thing, and have one reason.
    whats = dict.fromkeys(entry.what for entry in found if entry.kind == "warning")
    given = {what: seen(on_one_line(with_plain_breaks(typed.get(what, "")))) for what in whats}
    faults = {
        what: find_fault(reason, LONGEST_REASON) or ("" if reason else "Say why you go on.")
        for what, reason in given.items()
    }
    faults = {what: fault for what, fault in faults.items() if fault}
    if faults:
        raise ReasonsMissing(faults)
    return given
