"""Correcting a mistake in the words of a running page: one person asks, another approves."""

from collections.abc import Mapping, Sequence

from wbtest.extensions import clock
from wbtest.publishing import experiments, sealing
from wbtest.publishing.corrections import (
    Place,
    cleaned,
    corrected_document,
    corrected_overrides,
    cut_for,
    excerpts,
    find_correction_fault,
    in_force,
    label_of,
    next_seal,
    sealed_values,
    texts_of,
)
from wbtest.publishing.lifecycle import (
    AlreadyDone,
    ChangedMeanwhile,
    reason_of,
    take_step,
)
from wbtest.publishing.models import Correction, Experiment, name_of_test
from wbtest.review import approvals, approvers
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.writing import document as documents

OPEN = ("running", "paused")


class NotCorrections(Refused):
    """Texts that are no corrections; ``faults`` are sentences by the field of the form."""

    status = 422

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = faults


def present_texts(experiment: Experiment) -> dict[Place, str]:
    """Return each text of the page that may be corrected, as the page says it now."""
    found = in_force(experiment.corrections)
    document = documents.from_json(experiment.revision.document)
    return texts_of(
        corrected_document(document, found),
        {
            each.key: corrected_overrides(each.key, each.overrides, found)
            for each in experiment.variants
        },
    )


def waiting(experiment: Experiment) -> list[Correction]:
    """Return the corrections that wait for a second person; the end of the test drops them."""
    return [each for each in experiment.corrections if each.approved_at is None]


def demand_open(experiment: Experiment) -> None:
    """Raise Refused unless visitors may see the page, now or when it is resumed."""
    if experiment.state not in OPEN:
        raise Refused("Only a page that is open or paused can be corrected.")


def changes_of(experiment: Experiment, typed: Mapping[str, str]) -> dict[Place, str]:
    """Return what differs in the texts that were typed, by the names of their places.

    Raises NotCorrections with a sentence for each that is none, Invalid where nothing differs.
    """
    originals = sealing.originals_of(experiment)
    language = str(experiment.revision.document.get("language", ""))
    changed, faults = {}, {}
    for place, before in present_texts(experiment).items():
        after = cleaned(place.field, typed.get(place.name, before))
        if after == cleaned(place.field, before):
            continue
        changed[place] = after
        if fault := find_correction_fault(place.field, originals[place], after, language):
            faults[place.name] = fault
    if faults:
        raise NotCorrections(faults)
    if not changed:
        raise Invalid("", "Nothing differs from the page yet. Correct a word first.")
    return changed


def submit_corrections(
    experiment: Experiment, person: Person, typed: Mapping[str, str], *, why: str = "", read: str
) -> bool:
    """Correct the texts that differ; return whether the page shows it already.

    It waits for a second person unless its author is alone in the team. ``read`` is the digest of
    the texts that the author was shown. Raises what ``changes_of`` does, ChangedMeanwhile, and
    AlreadyDone while another correction waits.
    """
    with writing():
        hold(experiment)
        demand_open(experiment)
        if waiting(experiment):
            raise AlreadyDone("A correction is already waiting. Approve or cancel it first.")
        texts = present_texts(experiment)
        if read != digest_of(texts):
            raise ChangedMeanwhile(
                "The page was corrected in the meantime. Look at it, then try again."
            )
        reason = reason_of(why)
        number = len(experiment.corrections)
        for place, after in changes_of(experiment, typed).items():
            number += 1
            experiment.corrections.append(
                Correction(
                    number=number,
                    variant=place.variant,
                    field=place.field,
                    before=texts[place],
                    after=after,
                    why=reason,
                    author_id=person.id,
                    author=person,
                    asked_at=clock.now(),
                )
            )
        if person in approvers.able_to_sign({person.id}):
            _put_in_force(experiment, person)
            return True
        record("experiment.correction_asked", name_of_test(experiment), by=person)
    return False


def approve_corrections(experiment: Experiment, person: Person, read: str) -> None:
    """Put on the page what waits. ``read`` is the digest of what the person was shown.

    Raises NotYours for the member who asked for it, AlreadyDone where nothing waits any more, and
    ChangedMeanwhile when it is not what was read.
    """
    with writing():
        hold(experiment)
        demand_open(experiment)
        _demand_same(experiment, read)
        if objection := find_objection(experiment, person):
            raise approvals.NotYours(objection)
        _put_in_force(experiment, person)


def withdraw_corrections(experiment: Experiment, person: Person, read: str) -> None:
    """Take back what waits: the page never showed it. Raises as ``approve_corrections``."""
    with writing():
        hold(experiment)
        _demand_same(experiment, read)
        for each in waiting(experiment):
            experiment.corrections.remove(each)
        record("experiment.correction_withdrawn", name_of_test(experiment), by=person)


def find_objection(experiment: Experiment, person: Person) -> str:
    """The sentence that says why this person may not approve what waits; '' when they may."""
    wrote = {each.author_id for each in waiting(experiment)}
    return approvers.four_eyes_objection(
        person,
        able=approvers.able_to_sign(wrote),
        doing="Approving the correction",
        reason="You asked for this correction, so somebody else approves it",
    )


def digest_of(texts: Mapping[Place, str]) -> str:
    """The digest of what a form shows, to be sent along with it."""
    return experiments.part_digest(*([*place, text] for place, text in texts.items()))


def digest_of_waiting(experiment: Experiment) -> str:
    """The same of what waits."""
    return experiments.part_digest(*(_values(each) for each in waiting(experiment)))


def summary_of(correction: Correction, names: Mapping[str, str]) -> str:
    """Return what was corrected where, in one line; ``names`` are the variants' by their keys."""
    before, after = excerpts(correction.before, correction.after)
    of = f" of “{names.get(correction.variant, correction.variant)}”" if correction.variant else ""
    return f"{label_of(correction.field)}{of}: “{before}” became “{after}”"


def names_of(experiment: Experiment) -> dict[str, str]:
    """Return the names of the variants by their keys."""
    return {each.key: each.name or each.key for each in experiment.variants}


def _put_in_force(experiment: Experiment, person: Person) -> None:
    """Approve what waits: seal each, and say so in the history. The page shows it from now on."""
    seal, names = experiment.corrected_seal or experiment.seal, names_of(experiment)
    for each in waiting(experiment):
        each.approver_id, each.approver, each.approved_at = person.id, person, clock.now()
        each.seal = seal = next_seal(seal, sealed_values(each))
        experiment.corrected_seal = seal
        experiment.typeface = cut_for(experiment)
        by = "" if each.author_id == person.id else f"Asked for by {each.author.name}"
        said = [f"{summary_of(each, names)}.", *([f"{by}."] if by else []), each.why]
        take_step(experiment, "corrected", person, "\n".join(filter(None, said)))


def _demand_same(experiment: Experiment, read: str) -> None:
    if not waiting(experiment):
        raise AlreadyDone("No correction is waiting any more.")
    if read != digest_of_waiting(experiment):
        raise ChangedMeanwhile("The correction changed in the meantime. Read it again.")


def _values(correction: Correction) -> Sequence[str | int]:
    return (correction.number, correction.variant, correction.field, correction.after)
