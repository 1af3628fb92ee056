"""What waits for whom: everything, what needs one member, and how much that is.

One query for each kind of fact, however much there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, request, session
from sqlalchemy import exists, select

from wbtest.decisions.decide import given_up
from wbtest.extensions import clock, db
from wbtest.ideas.experiment_todo import waits_for_corrections, waits_for_seconds, waits_for_tests
from wbtest.ideas.review_todo import reader_question_items, reviews_of, undelivered_items
from wbtest.ideas.todo import (
    ApprovalRules,
    Assignee,
    TodoItem,
    in_order,
    open_question_items,
    review_items,
)
from wbtest.review.approvers import needs_of
from wbtest.team import access
from wbtest.team.models import Membership, Person
from wbtest.writing import document as documents
from wbtest.writing.models import Release, Stop

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
