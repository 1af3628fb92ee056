"""What decides which step comes next, read once for many experiments and whoever looks at them."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from sqlalchemy import select

from wbtest.extensions import clock, db
from wbtest.publishing.launch.readiness import writers_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.stages import Stage, stage_of
from wbtest.results.deciding.seconds import Waiting, waiting_in
from wbtest.results.listing import Facts
from wbtest.results.summary import Summary, summaries
from wbtest.review.approvers import is_alone, needs_of
from wbtest.review.models import Approval
from wbtest.writing.models import Revision


class Known(Struct, frozen=True):
    """What was read of some experiments; most of it by the experiment's id.

    ``proposals`` are all of them, ``waiting`` the oldest on each experiment. ``approved``
    are ids of revisions, ``newest`` number and digest by release.
    """

    verdicts: Mapping[int, Summary]
    stages: Mapping[int, Stage]
    proposals: Sequence[Waiting]
    waiting: Mapping[int, Waiting]
    approved: frozenset[int]
    newest: Mapping[int, tuple[int, str]]
    is_lone: bool

    def facts_of(
        self,
        experiment: Experiment,
        person_id: int,
        *,
        may_edit: bool,
        may_approve: bool,
        may_own: bool,
    ) -> Facts:
        """Return what decides whether this experiment needs that person."""
        verdict, revision = self.verdicts.get(experiment.id), experiment.revision
        proposal = self.waiting.get(experiment.id)
        return Facts(
            stage=self.stages[experiment.id],
            may_edit=may_edit,
            may_approve=may_approve,
            may_own=may_own,
            is_approved=revision.id in self.approved,
            newer=_newer(self.newest.get(revision.release_id), revision),
            was_checked=bool(experiment.checked_digest),
            wrote=not self.is_lone and person_id in writers_of(experiment),
            is_reached=verdict is not None and verdict.is_reached,
            is_withheld=verdict is not None and verdict.is_withheld,
            is_decided=verdict is not None and bool(verdict.decision),
            is_given_up=verdict is not None and verdict.decision == "stop",
            has_choice=bool(experiment.afterwards),
            proposed=proposal.paper.choice if proposal else "",
            may_answer=proposal is not None and _may_answer(proposal, person_id),
        )


def read_known(experiments: Sequence[Experiment]) -> Known:
    """Read it, from as many queries for ten experiments as for one."""
    verdicts, proposals = summaries(experiments, clock.now()), waiting_in()
    drafts = [experiment.revision for experiment in experiments if experiment.state == "draft"]
    return Known(
        verdicts=verdicts,
        stages={each.id: _stage_of(each, verdicts.get(each.id)) for each in experiments},
        proposals=proposals,
        # Of several on one test the oldest has waited longest.
        waiting={each.paper.experiment_id: each for each in reversed(proposals)},
        approved=frozenset(_approved(drafts)),
        newest=_newest(drafts),
        is_lone=is_alone(),
    )


def _stage_of(experiment: Experiment, verdict: Summary | None) -> Stage:
    return stage_of(experiment, is_decided=bool(verdict and verdict.decision))


def _may_answer(proposal: Waiting, person_id: int) -> bool:
    """Whether it waits for this person; where nobody may be the second, for its author."""
    if not proposal.seconds:
        return bool(proposal.paper.person_id == person_id)
    return person_id in {second.id for second in proposal.seconds}


def _approved(revisions: Iterable[Revision]) -> set[int]:
    """The ids of those revisions that enough people approved."""
    rows = db.session.execute(
        select(Approval.revision_id, Approval.approver_id, Approval.is_by_writer)
        .join(Revision, Revision.id == Approval.revision_id)
        .where(
            Approval.revision_id.in_({revision.id for revision in revisions}),
            Approval.digest == Revision.digest,
        )
    )
    signed: dict[int, set[int]] = {}
    writers: dict[int, set[int]] = {}
    for revision_id, approver_id, is_by_writer in rows:
        signed.setdefault(revision_id, set()).add(approver_id)
        if is_by_writer:
            writers.setdefault(revision_id, set()).add(approver_id)
    needs = needs_of()
    return {
        revision_id
        for revision_id, people in signed.items()
        if needs.are_met_by(people, writers.get(revision_id, ()))
    }


def _newest(revisions: Iterable[Revision]) -> dict[int, tuple[int, str]]:
    """Number and digest of the newest revision, by release."""
    rows = db.session.execute(
        select(Revision.release_id, Revision.number, Revision.digest)
        .where(Revision.release_id.in_({revision.release_id for revision in revisions}))
        .order_by(Revision.number)
    )
    return {release_id: (number, digest) for release_id, number, digest in rows}


def _newer(newest: tuple[int, str] | None, revision: Revision) -> int:
    """The number of the newest revision where it says something else, 0 for none."""
    number, digest = newest or (0, revision.digest)
    return number if digest != revision.digest else 0
