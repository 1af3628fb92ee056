"""What a draft still lacks before it can start and who may start it, in sentences for people."""

from collections.abc import Collection, Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from wbtest.extensions import clock, db
from wbtest.publishing import rule as rules
from wbtest.publishing.assembling import page_of
from wbtest.publishing.launch.values import WHERE_MISSING
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.stages import is_checked
from wbtest.review.approvals import approvals_of, still_needed
from wbtest.review.approvers import ADD_AN_APPROVER, approvers_of, four_eyes_objection, is_alone
from wbtest.review.verdicts import find_stop
from wbtest.team.access import get_team
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.coach_report import find_stops
from wbtest.writing.models import Revision
from wbtest.writing.releases import find_newest_revision
from wbtest.writing.text_rules import joined

CHECK_FIRST = (
    "let another approver pass the launch check first, "
    "or make a member an approver on the Team page"
)


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
        *(Missing("controller", sentence) for sentence in _controller_faults()),
    ]
    return [entry for entry in found if entry.sentence]


def find_open_test(experiment: Experiment) -> Experiment | None:
    """The test of the same release that runs or is paused: while it is, no other can start."""
    return db.session.scalar(
        select(Experiment).where(
            Experiment.release_id == experiment.release_id,
            Experiment.state.in_(("running", "paused")),
        )
    )


def find_objection(experiment: Experiment, person: Person) -> str:
    """The sentence that says why this person may not start the draft; '' when they may.

    The start signs off the words of the variants, the small words, the questions after the sign-up
    and the pictures, which nobody has read since they were written.
    """
    wrote = writers_of(experiment)
    is_stuck = len(approvers_of()) > 1
    return four_eyes_objection(
        person,
        able=_able_to_start(experiment, wrote),
        doing="Starting",
        reason=(
            f"You {joined(wrote.get(person.id, []))}, "
            "so somebody else reads them and starts the experiment"
        ),
        way=CHECK_FIRST if is_stuck else ADD_AN_APPROVER,
    )


def writers_of(experiment: Experiment) -> dict[int, list[str]]:
    """What each person (id) did to the page that no approval covers: “wrote the small words”."""
    wrote: dict[int, list[str]] = {}
    for writer_id, did in (
        *((each.writer_id, f"wrote the words of “{each.name}”") for each in experiment.variants),
        (experiment.wording_writer_id, "wrote the small words"),
        (experiment.questions_writer_id, "wrote the questions after the sign-up"),
        (experiment.look_writer_id, "chose the pictures"),
    ):
        if writer_id is not None:
            wrote.setdefault(writer_id, []).append(did)
    return wrote


def _able_to_start(experiment: Experiment, wrote: Collection[int]) -> list[Person]:
    """Approvers who may sign the words off that these people (ids) ``wrote``.

    Where all of them wrote some, one passes the launch check and another starts that very draft.
    """
    approvers = approvers_of()
    if is_alone():
        return approvers
    others = [approver for approver in approvers if approver.id not in wrote]
    if others or not is_checked(experiment):
        return others
    checker = [step.person for step in experiment.steps if step.what == "checked"][-1]
    return [each for each in approvers if checker in approvers and each != checker]


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


def _controller_faults() -> Iterator[str]:
    team = get_team()
    if not (team.controller.strip() and team.contact_email.strip()):
        yield "Nobody is named as responsible for the page, with an address to write to."
