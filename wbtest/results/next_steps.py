"""Whom each test waits for, by the same rule as the list of experiments says it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.orm import joinedload, selectinload

from wbtest.extensions import clock, db
from wbtest.publishing.decisions import newest_decisions
from wbtest.publishing.models import Decision, Experiment, Step
from wbtest.publishing.running.life import address_of
from wbtest.results.deciding.stopping import given_up
from wbtest.results.known import read_known
from wbtest.results.listing import Next, next_of
from wbtest.results.telling.models import Told
from wbtest.results.telling.occasions import OVER, VERDICT
from wbtest.review.waiting.waits import Wait, Who
from wbtest.team.access import roles_from
from wbtest.team.account.mail_choices import wanting
from wbtest.team.people import members
from wbtest.writing.models import Revision, Stop

# Their proposals have lines of their own, see ``deciding.seconds``.
ELSEWHERE = ("", "answer")


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
            # A draft that changed after its check waits to be checked anew.
            return self.checked.get(experiment.id, begun)
        if what == "doubt":
            # Nobody noted when it began; the team was mailed a few minutes later.
            return self.told.get((experiment.id, what), clock.now())
        if what == "decide":
            return self.reached.get(experiment.id) or experiment.ended_at or begun
        decision = self.decided.get(experiment.id)
        return max(experiment.ended_at or begun, decision.decided_at if decision else begun)


def waits_for_tests() -> list[Wait]:
    """Return a line for each member to whom the next step of a test is left."""
    tests = _unfinished()
    if not tests:
        return []
    known = read_known(tests)
    moments = _read_moments(
        tests, {key: verdict.reached_at for key, verdict in known.verdicts.items()}
    )
    mailed = {person.id for person, _ in wanting()}
    found = []
    for member in members():
        may = {
            f"may_{permission}": member.role in roles_from(permission)
            for permission in ("edit", "approve", "own")
        }
        for test in tests:
            step = next_of(known.facts_of(test, member.person_id, **may))
            if step.is_mine and step.what not in ELSEWHERE:
                who = Who(member.person.name, member.person_id)
                found.append(_wait(test, step, who, moments, member.person_id in mailed))
    return found


def _wait(test: Experiment, step: Next, who: Who, moments: _Moments, has_mails: bool) -> Wait:
    path = f"/experiments/{test.id}"
    place = "" if step.where == "experiment" else f"/{step.where}"
    since = moments.since(test, step.what)
    return Wait(
        who=who,
        thing=f"{step.what} {test.id}",
        what=f"{address_of(test)}: {step.sentence}",
        by=str(test.revision.document.get("product") or "the test"),
        since=since,
        path=f"{path}/decision" if step.what == "decide" else f"{path}{place}",
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
        sa.select(Told).where(Told.experiment_id.in_(keys)).order_by(Told.told_at)
    )
    for row in rows:
        if row.occasion in (VERDICT, OVER):
            yield (row.experiment_id, "decide"), row.told_at
        elif row.occasion.startswith("trust "):
            yield (row.experiment_id, "doubt"), row.told_at
