"""The list of a workspace's experiments, read with as many queries for ten of them as for one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from flask import current_app
from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload, selectinload

from wbtest.extensions import clock, db
from wbtest.http import day
from wbtest.paging import Page, page_of
from wbtest.publishing import in_words
from wbtest.publishing import rule as rules
from wbtest.publishing.listing import (
    GROUPS,
    Facts,
    Group,
    Next,
    group_of,
    next_of,
    shared_sources,
    time_left,
)
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.stages import Stage, stage_of
from wbtest.review.four_eyes import is_alone
from wbtest.review.models import Approval
from wbtest.review.needs import needs_of
from wbtest.team.models import Person, Workspace
from wbtest.writing.models import Revision

# Experiments on a page.
AT_ONCE = 50


class Verdict(Protocol):
    """What a later area hands over about a started experiment."""

    sentence: str
    badge: Any
    trust: str
    seen: int
    signups: int
    is_reached: bool
    is_withheld: bool
    decision: str


class Proposal(Protocol):
    """A decision that waits for one of ``seconds``, as a later area hands it over."""

    paper: Any
    seconds: Sequence[Person]
    path: str
    against: str


class Row(NamedTuple):
    """One experiment of the list; ``verdict`` is None before the start."""

    experiment: Experiment
    stage: Stage
    headline: str
    claim: str
    next: Next
    verdict: Verdict | None
    facts: tuple[str, ...]


class Listed(NamedTuple):
    """The rows by group, empty groups left out, and what open pages do to each other.

    ``proposals`` wait for a second person.
    """

    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    warnings: tuple[str, ...]
    proposals: Sequence[Proposal]


def experiments_before(workspace: Workspace, before: int | None, most: int) -> list[Experiment]:
    """The workspace's experiments from the newest on, those made before the one of this number."""
    query = select(Experiment).where(Experiment.workspace_id == workspace.id)
    if before is not None:
        query = query.where(Experiment.id < before)
    return list(db.session.scalars(query.order_by(Experiment.id.desc()).limit(most)))


def experiments_of(workspace: Workspace, asked: int) -> tuple[Sequence[Experiment], Page]:
    """A page of the workspace's experiments, with variants, phases and revisions; and which it is.

    Open pages come first, then what ended and wants a choice, drafts, and the rest, each newest
    first: so what may need somebody is not on the last page.
    """
    is_ours = Experiment.workspace_id == workspace.id
    count = db.session.scalar(select(func.count()).select_from(Experiment).where(is_ours)) or 0
    shown = page_of(count, AT_ONCE, asked)
    rank = case(
        (Experiment.state.in_(("running", "paused")), 0),
        ((Experiment.state == "ended") & (Experiment.afterwards == ""), 1),
        (Experiment.state == "draft", 2),
        else_=3,
    )
    # Which ones is settled by their keys alone: sorting takes a row's texts along.
    wanted = (
        select(Experiment.id)
        .where(is_ours)
        .order_by(rank, Experiment.created_at.desc(), Experiment.id.desc())
        .offset(shown.first)
        .limit(shown.at_once)
    )
    found = db.session.scalars(
        select(Experiment)
        .where(Experiment.id.in_(wanted))
        .order_by(rank, Experiment.created_at.desc(), Experiment.id.desc())
        .options(
            selectinload(Experiment.variants),
            selectinload(Experiment.phases),
            joinedload(Experiment.revision),
        )
    )
    return found.all(), shown


def list_experiments(
    experiments: Sequence[Experiment],
    workspace: Workspace,
    person: Person,
    *,
    may_edit: bool,
    may_approve: bool,
    may_own: bool,
) -> Listed:
    """Return the list as this person needs it; the order in a group is the one given."""
    verdicts, proposals = _verdicts(experiments), _proposals(workspace)
    # Of several on one test the oldest has waited longest.
    waiting = {each.paper.experiment_id: each for each in reversed(proposals)}
    drafts = [experiment.revision for experiment in experiments if experiment.state == "draft"]
    approved, newest = _approved(drafts, workspace), _newest(drafts)
    is_lone = is_alone(workspace.id)
    rows: dict[Group, list[Row]] = {group: [] for group in GROUPS}
    live: list[tuple[str, Sequence[str]]] = []
    for experiment in experiments:
        rule = rules.from_json(experiment.rule)
        verdict, revision = verdicts.get(experiment.id), experiment.revision
        proposal = waiting.get(experiment.id)
        stage = stage_of(experiment, is_decided=bool(verdict and verdict.decision))
        step = next_of(
            Facts(
                stage=stage,
                may_edit=may_edit,
                may_approve=may_approve,
                may_own=may_own,
                is_approved=revision.id in approved,
                newer=_newer(newest.get(revision.release_id), revision),
                wrote=not is_lone and _wrote(experiment, person),
                is_reached=verdict is not None and verdict.is_reached,
                is_withheld=verdict is not None and verdict.is_withheld,
                is_decided=verdict is not None and bool(verdict.decision),
                is_given_up=verdict is not None and verdict.decision == "stop",
                has_choice=bool(experiment.afterwards),
                proposed=proposal.paper.choice if proposal else "",
                may_answer=proposal is not None and _may_answer(proposal, person),
            )
        )
        if stage in ("running", "paused"):
            live.append((experiment.slug, rule.sources or ()))
        rows[group_of(stage, step)].append(
            Row(
                experiment=experiment,
                stage=stage,
                headline=str(revision.document.get("headline", "")),
                claim=in_words.claim(rule),
                next=step,
                verdict=verdict,
                facts=tuple(_facts(experiment, rule, stage, verdict)),
            )
        )
    return Listed(
        groups=tuple((GROUPS[group], tuple(found)) for group, found in rows.items() if found),
        warnings=tuple(shared_sources(live)),
        proposals=proposals,
    )


def _facts(
    experiment: Experiment, rule: rules.Hypothesis, stage: Stage, verdict: Verdict | None
) -> Iterator[str]:
    yield f"/p/{experiment.slug}"
    if stage in ("running", "paused"):
        yield time_left(rule.ends_at(experiment.time_zone), clock.now())
    if experiment.ended_at:
        yield f"ended {day(experiment.ended_at)}"
    if verdict is not None:
        yield _counted(verdict.seen, "visitor")
        yield _counted(verdict.signups, "sign-up")
    yield f"from {', '.join(rule.sources)}" if rule.sources else "from all sources"
    yield _counted(len(experiment.variants), "variant")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _verdicts(experiments: Sequence[Experiment]) -> dict[int, Verdict]:
    """The verdicts by the experiment's id; a later area hands them over."""
    find: Callable[[Sequence[Experiment]], dict[int, Verdict]] = current_app.extensions[
        "wbtest.verdicts"
    ]
    return find(experiments)


def _proposals(workspace: Workspace) -> Sequence[Proposal]:
    """What waits for a second person, the oldest first; a later area hands it over."""
    find: Callable[[Workspace], Sequence[Proposal]] = current_app.extensions["wbtest.proposals"]
    return find(workspace)


def _may_answer(proposal: Proposal, person: Person) -> bool:
    """Whether it waits for this person; where nobody may be the second, for its author."""
    author: int = proposal.paper.person_id
    return person in proposal.seconds or (not proposal.seconds and author == person.id)


def _approved(revisions: Iterable[Revision], workspace: Workspace) -> set[int]:
    """The ids of those revisions that enough people approved."""
    rows = db.session.execute(
        select(Approval.revision_id, Approval.approver_id)
        .join(Revision, Revision.id == Approval.revision_id)
        .where(
            Approval.revision_id.in_({revision.id for revision in revisions}),
            Approval.digest == Revision.digest,
        )
    )
    signed: dict[int, set[int]] = {}
    for revision_id, approver_id in rows:
        signed.setdefault(revision_id, set()).add(approver_id)
    needs = needs_of(workspace.id)
    return {revision_id for revision_id, people in signed.items() if needs.are_met_by(people)}


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


def _wrote(experiment: Experiment, person: Person) -> bool:
    return person.id in {variant.writer_id for variant in experiment.variants}
