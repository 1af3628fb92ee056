"""What a draft still lacks before it can start and who may start it, in sentences for people."""

from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wbtest.extensions import clock
from wbtest.publishing import rule as rules
from wbtest.publishing.assembling import page_of
from wbtest.publishing.launch.values import WHERE_MISSING
from wbtest.publishing.models import Experiment
from wbtest.review.four_eyes import approvers_of, four_eyes_objection, is_alone
from wbtest.review.standing import approvals_of, still_needed
from wbtest.review.verdicts import find_stop
from wbtest.team.models import Person, Workspace
from wbtest.writing import document as documents
from wbtest.writing.coaching import find_stops
from wbtest.writing.models import Revision
from wbtest.writing.releases import find_newest_revision


class Missing(NamedTuple):
    """One thing to do before the start; ``what`` is one of ``values.NAMES``, or checked."""

    what: str
    sentence: str

    @property
    def where(self) -> str:
        """The page on which it is mended, as ``ways_of`` names it."""
        return WHERE_MISSING[self.what]


def missing_before_start(experiment: Experiment) -> list[Missing]:
    """Everything that keeps the draft from starting, in the order in which to mend it."""
    found = [
        *(Missing("approval", sentence) for sentence in _approval_faults(experiment.revision)),
        *(Missing("newest", sentence) for sentence in _newest_faults(experiment.revision)),
        *(Missing("text", sentence) for sentence in _coach_faults(experiment.revision)),
        *(Missing("text", sentence) for sentence in _text_faults(experiment)),
        Missing("end", _end_fault(experiment)),
        *(Missing("controller", sentence) for sentence in _controller_faults(experiment.workspace)),
    ]
    return [entry for entry in found if entry.sentence]


def find_objection(experiment: Experiment, person: Person) -> str:
    """The sentence that says why this person may not start the draft; '' when they may.

    The start signs off the words of the variants, which nobody has read since they were written.
    """
    wrote = {each.writer_id: each.name for each in experiment.variants if each.writer_id}
    workspace = experiment.workspace
    approvers = approvers_of(workspace)
    return four_eyes_objection(
        workspace,
        person,
        able=approvers
        if is_alone(workspace.id)
        else [approver for approver in approvers if approver.id not in wrote],
        doing="Starting",
        reason=(
            f"You wrote the words of “{wrote.get(person.id)}”, "
            f"so somebody else reads them and starts the experiment"
        ),
    )


def _approval_faults(revision: Revision) -> Iterator[str]:
    approvals = approvals_of(revision)
    digest = documents.digest(documents.from_json(revision.document))
    if not approvals:
        yield f"Revision {revision.number} is not approved yet."
    elif revision.digest != digest or digest not in {found.digest for found in approvals}:
        yield (
            f"Revision {revision.number} is not what was approved. "
            "Freeze the text anew and have it approved."
        )
    elif needed := still_needed(revision):
        yield f"Revision {revision.number} is not approved by enough people yet. {needed}"
    if (stop := find_stop(revision.release)) is not None:
        yield f"{stop.stopped_by.name} stopped this release on paper. Take it up again first."


def _newest_faults(revision: Revision) -> Iterator[str]:
    newest = find_newest_revision(revision.release)
    if newest and newest.digest != revision.digest:
        yield (
            f"Revision {newest.number} is newer, so the approval of revision {revision.number} "
            f"has lapsed. Make the experiment from revision {newest.number}."
        )


def _coach_faults(revision: Revision) -> Iterator[str]:
    for stop in find_stops(revision, "start"):
        # Of the button every variant's page is asked below.
        if stop.mark.path != "call_to_action.label":
            yield stop.mark.message


def _text_faults(experiment: Experiment) -> Iterator[str]:
    document = documents.from_json(experiment.revision.document)
    pages = [page_of(experiment, variant, document) for variant in experiment.variants]
    if not document.product.strip():
        yield "The product has no name, so the page cannot say what does not exist yet."
    if not all(page.headline.strip() for page in pages):
        yield "The page has no headline."
    if not all(page.cta_label.strip() for page in pages):
        yield "The page has no call to action, so there is no button to press."


def _end_fault(experiment: Experiment) -> str:
    today = clock.now().astimezone(ZoneInfo(experiment.time_zone)).date()
    return rules.from_json(experiment.rule).find_end_fault(today)


def _controller_faults(workspace: Workspace) -> Iterator[str]:
    if not (workspace.controller.strip() and workspace.contact_email.strip()):
        yield "Nobody is named as responsible for the page, with an address to write to."
