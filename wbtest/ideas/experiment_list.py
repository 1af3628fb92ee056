"""The list of experiments, read with as many queries for ten of them as for one."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload, selectinload

from wbtest.decisions.pending_decisions import WaitingPaper
from wbtest.extensions import clock, db
from wbtest.http import day
from wbtest.ideas.next_action_queries import read_statuses
from wbtest.ideas.next_actions import (
    GROUPS,
    Group,
    NextAction,
    group_of,
    next_action,
    shared_sources,
    time_left,
)
from wbtest.paging import Page, page_of
from wbtest.publishing import in_words
from wbtest.publishing import rule as rules
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.seals import sealed_rule
from wbtest.publishing.running.stages import Stage
from wbtest.results.summary import Summary
from wbtest.team.models import Person

# Experiments on a page.
AT_ONCE = 50


class ExperimentRow(NamedTuple):
    """One experiment of the list; ``verdict`` is None before the start."""

    experiment: Experiment
    stage: Stage
    headline: str
    claim: str
    next: NextAction
    verdict: Summary | None
    facts: tuple[str, ...]


class ExperimentList(NamedTuple):
    """The rows by group, empty groups left out, and what open pages do to each other.

    ``proposals`` wait for a second person.
    """

    groups: tuple[tuple[str, tuple[ExperimentRow, ...]], ...]
    warnings: tuple[str, ...]
    proposals: Sequence[WaitingPaper]


def experiments_of(asked: int) -> tuple[Sequence[Experiment], Page]:
    """A page of the experiments, with variants and revisions; and which it is.

    Open pages come first, then what ended and wants a choice, drafts, and the rest, each newest
    first: so what may need somebody is not on the last page.
    """
    count = db.session.scalar(select(func.count()).select_from(Experiment)) or 0
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
            joinedload(Experiment.revision),
        )
    )
    return found.all(), shown


def list_experiments(
    experiments: Sequence[Experiment],
    person: Person,
    *,
    may_edit: bool,
    may_approve: bool,
    may_own: bool,
) -> ExperimentList:
    """Return the list as this person needs it; the order in a group is the one given."""
    known = read_statuses(experiments)
    rows: dict[Group, list[ExperimentRow]] = {group: [] for group in GROUPS}
    live: list[tuple[str, Sequence[str]]] = []
    for experiment in experiments:
        rule = sealed_rule(experiment)
        verdict, revision = known.verdicts.get(experiment.id), experiment.revision
        facts = known.facts_of(
            experiment, person.id, may_edit=may_edit, may_approve=may_approve, may_own=may_own
        )
        stage, step = facts.stage, next_action(facts)
        if stage in ("running", "paused"):
            live.append((experiment.slug, rule.sources or ()))
        rows[group_of(stage, step)].append(
            ExperimentRow(
                experiment=experiment,
                stage=stage,
                headline=str(revision.document.get("headline", "")),
                claim=in_words.claim(rule),
                next=step,
                verdict=verdict,
                facts=tuple(_facts(experiment, rule, stage, verdict)),
            )
        )
    return ExperimentList(
        groups=tuple((GROUPS[group], tuple(found)) for group, found in rows.items() if found),
        warnings=tuple(shared_sources(live)),
        proposals=known.proposals,
    )


def _facts(
    experiment: Experiment, rule: rules.Hypothesis, stage: Stage, verdict: Summary | None
) -> Iterator[str]:
    yield f"/p/{experiment.slug}"
    if experiment.attempt > 1:
        yield f"attempt {experiment.attempt}"
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
