"""What waits for whom: everything, what needs one member; and the next action of each test.

One query for each kind of fact, however much there is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Response, request, session
from msgspec import Struct
from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload, selectinload

from wbtest.decisions.decide import given_up
from wbtest.decisions.models import Paper
from wbtest.decisions.pending_decisions import waiting_in
from wbtest.extensions import clock, db
from wbtest.ideas.notifications import OVER, VERDICT, SentNotification
from wbtest.ideas.review_todo import reader_question_items, reviews_of, undelivered_items
from wbtest.ideas.todo import (
    ApprovalRules,
    Assignee,
    NextAction,
    NextActionInput,
    TodoItem,
    in_order,
    next_action,
    open_question_items,
    review_items,
)
from wbtest.publishing import launch_readiness, lifecycle
from wbtest.publishing.experiment_stages import experiment_stage, newest_decisions
from wbtest.publishing.experiments import CONTROL
from wbtest.publishing.models import Correction, Decision, Experiment, Step, name_of_test
from wbtest.results.summary import Summary, summaries
from wbtest.review.approvals import approved_ids
from wbtest.review.approvers import approvers_of, needs_of
from wbtest.team import access, mail_preferences, people
from wbtest.team.models import Membership, Person
from wbtest.writing import document as documents
from wbtest.writing.models import Release, Revision, Stop

# What only some of those may do for whom it once was: an author may have a lower role since.
TAKES = {"draft": "edit"}


def waits_in() -> list[TodoItem]:
    """Everything that waits, what has waited longest first.

    A release that was stopped waits for nobody, on paper or by the decision about its test.
    """
    roles = _roles()
    members = {who.person_id: who for who in roles}
    found: list[TodoItem] = []
    products: dict[int, str] = {}
    releases = _releases()
    over = given_up() if releases else ()
    for release_id, given, author in releases:
        if release_id in over:
            continue
        document = documents.from_json(given)
        products[release_id] = document.product or "a release"
        found += open_question_items(release_id, document, author, list(roles), clock.now())
    approving = _approving(roles)
    able = {who.person_id for who in approving.approvers}
    for review in reviews_of(products, members, able):
        found += review_items(review, approving)
    found += reader_question_items(products, _able(roles, "edit"))
    found += undelivered_items(_able(roles, "own"))
    found += [*waits_for_corrections(), *waits_for_seconds(), *waits_for_tests()]
    return sorted(found, key=lambda wait: wait.since)


def waits_for(membership: Membership, waits: Iterable[TodoItem] | None = None) -> list[TodoItem]:
    """What needs this member, in the order in which to do it.

    ``waits`` are all of them, where they were read before.
    """
    found = waits_in() if waits is None else waits
    return in_order(
        wait
        for wait in found
        if wait.who.person_id == membership.person_id and _may_do(membership.role, wait)
    )


def _may_do(role: str, wait: TodoItem) -> bool:
    return role in access.roles_from(TAKES.get(wait.kind, "read"))


def _able(roles: Mapping[Assignee, str], permission: str) -> list[Assignee]:
    able = access.roles_from(permission)
    return [who for who, role in roles.items() if role in able]


def _roles() -> dict[Assignee, str]:
    """The members by name, each with their role."""
    rows = db.session.execute(
        select(Person.id, Person.name, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .order_by(Person.name, Person.id)
    )
    return {Assignee(row.name, row.id): row.role for row in rows}


def _approving(roles: Mapping[Assignee, str]) -> ApprovalRules:
    return ApprovalRules(
        approvers=tuple(_able(roles, "approve")),
        needs=needs_of(),
        is_alone=len(roles) == 1,
    )


def _releases() -> list[tuple[int, dict[str, Any], Assignee]]:
    """The releases that nobody stopped, each with its draft and author."""
    rows = db.session.execute(
        select(Release.id, Release.document, Person.id.label("author_id"), Person.name)
        .join(Person, Person.id == Release.author_id)
        .where(~exists().where(Stop.release_id == Release.id))
    )
    return [(row.id, row.document, Assignee(row.name, row.author_id)) for row in rows]


KEY = "waiting"
# To count means to judge every open test, so it is done once a minute and after each form.
SECONDS = 60


def waiting_count() -> int:
    """Return how much waits for the signed-in member, at most a minute old."""
    kept = session.get(KEY)
    if kept:
        person_id, counted_at, count = kept
        age = clock.now().timestamp() - counted_at
        if person_id == access.person().id and 0 <= age < SECONDS:
            return int(count)
    return keep_count(len(waits_for(access.membership())))


def keep_count(count: int) -> int:
    """Keep in the session how much waits for the signed-in member, and return it."""
    session[KEY] = (access.person().id, clock.now().timestamp(), count)
    return count


def forget_count(response: Response) -> Response:
    """Count again after a form: it may have done what waited. Visitors have no session."""
    if request.method == "POST" and request.blueprint not in ("audience", "api", None):
        session.pop(KEY, None)
    return response


class _Moments(Struct, frozen=True):
    """Since when each experiment, by its id, waits for what.

    ``told`` is when the team was mailed that its verdict was reached, or that it broke.
    """

    checked: Mapping[int, datetime]
    reached: Mapping[int, datetime | None]
    decided: Mapping[int, Decision]
    told: Mapping[tuple[int, str], datetime]

    def since(self, experiment: Experiment, what: str) -> datetime:
        """Since when the experiment waits for this step."""
        begun = experiment.started_at or experiment.created_at
        if what in ("check", "start"):
            # A draft that changed after its check waits to be checked again.
            return self.checked.get(experiment.id, begun)
        if what == "doubt":
            # Nobody noted when it began; the team was mailed a few minutes later.
            return self.told.get((experiment.id, what), clock.now())
        if what == "decide":
            return self.reached.get(experiment.id) or experiment.ended_at or begun
        decision = self.decided.get(experiment.id)
        return max(experiment.ended_at or begun, decision.decided_at if decision else begun)


def waits_for_tests() -> list[TodoItem]:
    """Return a line for each member to whom the next step of a test is left."""
    tests = _unfinished()
    if not tests:
        return []
    verdicts = summaries(tests, clock.now())
    steps = _next_actions(tests, verdicts)
    moments = _read_moments(tests, {key: verdict.reached_at for key, verdict in verdicts.items()})
    mailed = {person.id for person, _ in mail_preferences.list_recipients()}
    members = people.list_members()
    several = _ideas_with_several([test.release_id for test in tests])
    found = []
    for test in tests:
        step = steps[test.id]
        if step is None:
            continue
        # A member who wrote words of its variants leaves the start to another, if there is one.
        is_for_others = step.what == "start" and len(members) > 1
        writers = launch_readiness.writers_of(test) if is_for_others else ()
        able = access.roles_from(step.permission)
        for member in members:
            if member.role in able and member.person_id not in writers:
                who = Assignee(member.person.name, member.person_id)
                name = _name_of(test, is_one_of_several=test.release_id in several)
                found.append(_wait(test, name, step, who, moments, member.person_id in mailed))
    return found


def _next_actions(
    tests: Sequence[Experiment], verdicts: Mapping[int, Summary]
) -> dict[int, NextAction | None]:
    """What is to be done next with each test, from as many queries for ten as for one."""
    proposed = {each.paper.experiment_id for each in waiting_in()}
    drafts = [test.revision for test in tests if test.state == "draft"]
    approved, newest = approved_ids(drafts), _newest_digests(drafts)
    open_ideas = {test.release_id for test in tests if test.state in ("running", "paused")}
    found: dict[int, NextAction | None] = {}
    for test in tests:
        if test.state == "draft" and test.release_id in open_ideas:
            # It can't start before the open one has ended.
            found[test.id] = None
            continue
        verdict, revision = verdicts.get(test.id), test.revision
        decision = verdict.decision if verdict else ""
        found[test.id] = next_action(
            NextActionInput(
                stage=experiment_stage(test, is_decided=bool(decision)),
                is_approved=revision.id in approved,
                is_outdated=newest.get(revision.release_id, revision.digest) != revision.digest,
                was_checked=bool(test.checked_digest),
                is_reached=verdict is not None and verdict.is_reached,
                is_withheld=verdict is not None and verdict.is_withheld,
                is_open=verdict is not None and verdict.is_open,
                is_decided=bool(decision),
                is_given_up=decision == "stop",
                has_choice=bool(test.afterwards),
                is_proposed=test.id in proposed,
            )
        )
    return found


def _newest_digests(revisions: Iterable[Revision]) -> dict[int, str]:
    """The digest of the newest revision, by release."""
    rows = db.session.execute(
        select(Revision.release_id, Revision.digest)
        .where(Revision.release_id.in_({revision.release_id for revision in revisions}))
        .order_by(Revision.number)
    )
    return dict(rows.all())


def _ideas_with_several(release_ids: Collection[int]) -> set[int]:
    """Which of these releases have more than one test."""
    rows = db.session.scalars(
        select(Experiment.release_id)
        .where(Experiment.release_id.in_(release_ids))
        .group_by(Experiment.release_id)
        .having(sa.func.count() > 1)
    )
    return set(rows)


def _name_of(test: Experiment, *, is_one_of_several: bool) -> str:
    product = str(test.revision.document.get("product") or lifecycle.address_of(test))
    if not is_one_of_several:
        return product
    return f"{product}, " + (f"test {test.attempt}" if test.started_at else "draft test")


def _wait(
    test: Experiment, name: str, step: NextAction, who: Assignee, moments: _Moments, has_mails: bool
) -> TodoItem:
    path = f"/experiments/{test.id}"
    return TodoItem(
        who=who,
        thing=f"{step.what} {test.id}",
        what=f"{name}: {step.sentence}",
        # Nobody asked for it, and its product is named already.
        by="",
        since=moments.since(test, step.what),
        path=f"{path}{step.place}",
        about=path,
        # A mail of its own tells of the verdict, and of figures that broke.
        mailed_at=moments.told.get((test.id, step.what)) if has_mails else None,
        newest_at=test.started_at if step.what == "doubt" else None,
    )


def _unfinished() -> Sequence[Experiment]:
    """The tests that are not over and settled, nor drafts of what was stopped."""
    is_stopped = sa.exists().where(
        Revision.id == Experiment.revision_id, Stop.release_id == Revision.release_id
    )
    is_put_away = (Experiment.state == "draft") & is_stopped
    is_decided = sa.exists().where(Decision.experiment_id == Experiment.id)
    is_over = (Experiment.state == "ended") & (Experiment.afterwards != "") & is_decided
    found = db.session.scalars(
        sa.select(Experiment)
        .where(~is_over, ~is_put_away)
        .order_by(Experiment.id)
        .options(
            selectinload(Experiment.variants),
            joinedload(Experiment.revision),
        )
    ).all()
    over = given_up() if any(test.state == "draft" for test in found) else ()
    return [test for test in found if test.state != "draft" or test.revision.release_id not in over]


def _read_moments(tests: Sequence[Experiment], reached: Mapping[int, datetime | None]) -> _Moments:
    keys = [test.id for test in tests]
    checked = (
        sa.select(Step.experiment_id, sa.func.max(Step.at))
        .where(Step.experiment_id.in_(keys), Step.what == "checked")
        .group_by(Step.experiment_id)
    )
    return _Moments(
        checked=dict(db.session.execute(checked).all()),
        reached=reached,
        decided=newest_decisions(keys),
        told=dict(_told(keys)),
    )


def _told(keys: Collection[int]) -> Iterator[tuple[tuple[int, str], datetime]]:
    """When the team was last mailed about a test, by its id and the step that it then waits for."""
    rows = db.session.scalars(
        sa.select(SentNotification)
        .where(SentNotification.experiment_id.in_(keys))
        .order_by(SentNotification.told_at)
    )
    for row in rows:
        if row.occasion in (VERDICT, OVER):
            yield (row.experiment_id, "decide"), row.told_at
        elif row.occasion.startswith("trust "):
            yield (row.experiment_id, "doubt"), row.told_at


def waits_for_corrections() -> list[TodoItem]:
    """Return a line for each correction that waits and each person who may approve it."""
    found = db.session.scalars(
        select(Correction)
        .where(Correction.approved_at.is_(None))
        .order_by(Correction.experiment_id, Correction.number)
        .options(joinedload(Correction.experiment).joinedload(Experiment.release))
    ).all()
    # Those of one test are approved together.
    first = {each.experiment_id: each for each in reversed(found)}
    approvers = approvers_of() if found else []
    return [
        TodoItem(
            who=Assignee(person.name, person.id),
            thing=f"correct {each.experiment_id}.{each.number}",
            what=f"Approve a correction of {name_of_test(each.experiment)}",
            by=each.author.name,
            since=each.asked_at,
            path=f"/experiments/{each.experiment_id}/variants/{each.variant or CONTROL}",
            about=f"/experiments/{each.experiment_id}",
        )
        for each in first.values()
        for person in approvers
        if person.id != each.author_id
    ]


def waits_for_seconds() -> list[TodoItem]:
    """Return a line for each proposed decision and each person who may approve it.

    Where nobody may, its author has to act.
    """
    found = []
    for waiting in waiting_in():
        paper = waiting.paper
        result = waiting.result[0].lower() + waiting.result[1:].rstrip(".")
        about = f"“{paper.choice}” for {_product(paper)} ({result})"
        asked = [(person, f"Approve or reject {about}") for person in waiting.seconds]
        thing = f"second {paper.experiment_id}.{paper.number}"
        lonely = f"Find a second approver for {about}, or cancel it"
        for person, what in asked or [(paper.person, lonely)]:
            found.append(
                TodoItem(
                    who=Assignee(person.name, person.id),
                    thing=thing,
                    what=what,
                    by=paper.person.name,
                    since=paper.made_at,
                    path=waiting.path,
                    about=waiting.path,
                    # Who may second it had a mail of its own about it.
                    mailed_at=paper.made_at if asked else None,
                )
            )
    return found


def _product(paper: Paper) -> str:
    experiment = paper.experiment
    return experiment.revision.document.get("product", "") or f"/p/{experiment.slug}"
