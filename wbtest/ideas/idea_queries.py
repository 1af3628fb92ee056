"""Finding every idea, and what a page of them needs, with few and small queries.

However many ideas there are, the number of queries is the same. Whole texts and figures are not
read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, load_only, selectinload

from wbtest.decisions.models import Paper
from wbtest.extensions import db
from wbtest.ideas.idea import Ending, Idea, NewestRevision, Started
from wbtest.publishing.models import Decision, Experiment
from wbtest.results.models import Spend
from wbtest.review.approvals import approved_ids
from wbtest.review.models import Reviewer, Round
from wbtest.team.models import Person
from wbtest.writing.models import Release, Revision, Stop

# What the words of a search may stand in, besides product and headline.
SEARCHED = ("subheading", "segment", "problem")


def ideas_of(release_id: int | None = None) -> list[Idea]:
    """Return every idea in no order, or the one of this release."""
    tests, drafts = _tests(release_id)
    parts = [Release.document[name].as_string() for name in ("product", "headline", *SEARCHED)]
    query = (
        sa.select(
            Release.id,
            Release.created_at,
            Stop.reason,
            Stop.stopped_at,
            Stop.weeks_saved,
            Person.name,
            *parts,
        )
        .outerjoin(Stop, Stop.release_id == Release.id)
        .outerjoin(Person, Person.id == Stop.stopped_by_id)
    )
    rows = db.session.execute(
        query if release_id is None else query.where(Release.id == release_id)
    )
    found = []
    for key, began_at, reason, at, weeks, who, product, headline, *texts in rows:
        of_idea = tuple(tests[key])
        ending = of_idea[0].ending if of_idea else None
        if at is not None:
            ending = Ending("stop", reason, who, at, weeks, is_on_paper=True)
        found.append(
            Idea(
                release_id=key,
                product=product or "",
                headline=headline or "",
                texts=tuple(text or "" for text in texts),
                began_at=began_at,
                tests=of_idea,
                drafts=tuple(drafts[key]),
                ending=ending,
            )
        )
    return found


def newest_revisions(release_ids: Collection[int]) -> dict[int, NewestRevision]:
    """Return the newest revision of each of these releases that has one, by the release's id."""
    newest = (
        sa.select(sa.func.max(Revision.id))
        .where(Revision.release_id.in_(release_ids))
        .group_by(Revision.release_id)
    )
    is_link = sa.exists().where(
        Reviewer.release_id == Revision.release_id, Reviewer.token_hash.is_not(None)
    )
    rows = db.session.execute(
        sa.select(Revision, sa.exists().where(Round.revision_id == Revision.id) | is_link)
        .where(Revision.id.in_(newest))
        .options(load_only(Revision.release_id, Revision.number))
    ).all()
    approved = approved_ids([revision for revision, _ in rows])
    return {
        revision.release_id: NewestRevision(
            revision.number, is_in_review=is_asked, is_approved=revision.id in approved
        )
        for revision, is_asked in rows
    }


def experiments_by_id(keys: Collection[int]) -> dict[int, Experiment]:
    """Return these experiments with all that judging them reads, by their id."""
    rows = db.session.scalars(
        sa.select(Experiment)
        .where(Experiment.id.in_(keys))
        .options(
            joinedload(Experiment.revision),
            selectinload(Experiment.variants),
        )
    )
    return {experiment.id: experiment for experiment in rows}


def _tests(
    release_id: int | None,
) -> tuple[defaultdict[int, list[Started]], defaultdict[int, list[int]]]:
    """The started tests of each release, the newest first, and its drafts, the newest last."""
    proposed, decided = _proposed(), _decided(release_id)
    tests: defaultdict[int, list[Started]] = defaultdict(list)
    drafts: defaultdict[int, list[int]] = defaultdict(list)
    query = (
        sa.select(Experiment.release_id, Experiment.id, Experiment.slug)
        .add_columns(Experiment.started_at, Experiment.state)
        .order_by(Experiment.started_at.desc(), Experiment.id.desc())
    )
    rows = db.session.execute(_of_release(query, release_id))
    for release_id, key, slug, started_at, state in rows:
        if started_at is None:
            drafts[release_id].insert(0, key)
            continue
        test = Started(
            key,
            slug,
            started_at,
            is_over=state == "ended",
            is_paused=state == "paused",
            proposed=proposed.get(key, ""),
            ending=decided.get(key),
        )
        tests[release_id].append(test)
    return tests, drafts


def _decided(release_id: int | None) -> dict[int, Ending]:
    """The newest decision on each experiment; its figures are not read."""
    newest = sa.select(sa.func.max(Decision.id)).group_by(Decision.experiment_id)
    newest = _of_release(newest.join(Experiment), release_id)
    rows = db.session.execute(
        sa.select(Decision.experiment_id, Decision.choice, Decision.reason, Decision.decided_at)
        .add_columns(Person.name)
        .join(Person, Person.id == Decision.person_id)
        .where(Decision.id.in_(newest))
    )
    return {key: Ending(choice, reason, who, at) for key, choice, reason, at, who in rows}


def _of_release(query: sa.Select[Any], release_id: int | None) -> sa.Select[Any]:
    """Keep the rows of the experiments of one release, unless it is None."""
    return query if release_id is None else query.where(Experiment.release_id == release_id)


def _proposed() -> dict[int, str]:
    rows = db.session.execute(
        sa.select(Paper.experiment_id, Paper.choice)
        .where(Paper.state == "waiting")
        .order_by(Paper.number)
    )
    return dict(rows.all())


# Amounts in the smallest unit, by the code of their currency; currencies are never added up.
Amounts = Counter[str]


def spent_on(tests: Collection[int]) -> dict[int, Amounts]:
    """Return what was spent on each of these experiments, by its id: one query."""
    rows = db.session.execute(
        sa.select(Spend.experiment_id, Spend.currency, sa.func.sum(Spend.amount))
        .where(Spend.experiment_id.in_(tests))
        .group_by(Spend.experiment_id, Spend.currency)
    )
    found: dict[int, Amounts] = {}
    for key, currency, amount in rows:
        found.setdefault(key, Counter())[currency] += int(amount)
    return found


def spent_in_all() -> Amounts:
    """Return what was spent on all tests: one query."""
    rows = db.session.execute(
        sa.select(Spend.currency, sa.func.sum(Spend.amount)).group_by(Spend.currency)
    )
    return Counter({currency: int(amount) for currency, amount in rows})
