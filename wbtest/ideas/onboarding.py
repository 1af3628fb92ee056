"""The steps from an idea to its first visitor, and which of them is next."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from wbtest.audience.models import DayTotal
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import draft_digest
from wbtest.review import approvals, approvers
from wbtest.review.models import Approval, Reviewer, Round
from wbtest.store import writing
from wbtest.team.models import Membership, TeamSettings
from wbtest.writing import coach, coach_report
from wbtest.writing import document as documents
from wbtest.writing.models import Release, Revision, Stop

# What every release says, the short one too, by the anchor of its part on the sheet.
PARTS = ("headline", "subheading", "problem", "alternative", "call_to_action")


class OnboardingFacts(NamedTuple):
    """How far the team's foremost idea is.

    ``release`` and ``experiment`` are their numbers, 0 for none; ``missing`` is the first part that
    says nothing yet; ``stops`` counts what keeps the text from an approval; ``revision`` is the
    newest one, and ``is_revision`` says whether the draft is that very text.
    """

    release: int = 0
    missing: str = PARTS[0]
    stops: int = 0
    revision: int = 0
    is_revision: bool = False
    is_alone: bool = True
    is_asked: bool = False
    is_approved: bool = False
    experiment: int = 0
    is_checked: bool = False
    is_started: bool = False
    is_visited: bool = False


class Step(NamedTuple):
    """One step: what it is, the minutes it takes, and where it is done, by whom.

    ``done`` says it in a few words, '' while it is not; ``label`` is its button, which leads to
    ``endpoint`` with ``values`` and ``anchor``, for members with the ``permission``.
    """

    title: str
    about: str
    minutes: int
    done: str
    label: str
    endpoint: str
    values: dict[str, Any]
    anchor: str = ""
    permission: str = "edit"


def missing_in(document: documents.Document) -> str:
    """The first part of a release that says nothing yet, '' when each says something."""
    action = document.call_to_action
    texts = {name: getattr(document, name) for name in PARTS[:-1]}
    texts["call_to_action"] = action.text and action.label
    return next((name for name, text in texts.items() if not text.strip()), "")


def steps_of(facts: OnboardingFacts) -> tuple[Step, ...]:
    """Every step in its order. A team that has done one has done those before it."""
    found = (*_on_paper(facts), *_on_a_page(facts))
    last = max((place for place, step in enumerate(found) if step.done), default=-1)
    # What was passed over, such as a review that nobody asked for, is not asked for any more.
    return tuple(
        step._replace(done=step.done or f"{step.title}: skipped") if place < last else step
        for place, step in enumerate(found)
    )


def next_step(steps: tuple[Step, ...]) -> Step | None:
    """The first step that is not done; None when all are."""
    return next((step for step in steps if not step.done), None)


def _on_paper(facts: OnboardingFacts) -> tuple[Step, ...]:
    sheet = {"release_id": facts.release}
    text = {**sheet, "number": facts.revision}
    is_written = bool(facts.release) and not facts.missing
    revise = ("Create a revision first", "writing.release", sheet)
    is_unread = facts.is_alone and not facts.is_asked and is_written and not facts.stops
    asking: tuple[Any, ...] = revise
    if is_unread:
        asking = ("Invite your co-founder", "team.people", {}, "", "own")
    elif facts.is_revision:
        asking = ("Invite reviewers", "review.revision", {**text, "invite": 1})
    signing = ("Review the text", "review.revision", text) if facts.is_revision else revise
    return (
        Step(
            "Write the press release",
            "As if it launched today: headline, problem, why yours is better, what to do next.",
            15,
            "Press release written" if is_written else "",
            "Continue writing" if facts.release else "Add an idea",
            "writing.release" if facts.release else "writing.new_release",
            sheet if facts.release else {},
            f"part-{facts.missing}" if facts.release else "",
        ),
        Step(
            "Fix what the coach blocks",
            "It marks what keeps a text from being approved, and says why.",
            3,
            "Nothing blocks the text" if is_written and not facts.stops else "",
            "View what it blocks",
            "writing.preview",
            sheet,
            "coach",
        ),
        Step(
            "Let someone read it",
            "They answer up to six questions, then read it. "
            "A link is enough for people without an account.",
            3,
            "Reviewers invited"
            if facts.is_asked
            else "You’re alone, so no review is needed"
            if is_unread
            else "",
            *asking,
        ),
        Step(
            "Approve the text",
            "Visitors only ever see an approved text.",
            1,
            "Text approved" if facts.is_approved else "",
            *signing,
            "approval" if facts.is_revision else "",
            "approve" if facts.is_revision else "edit",
        ),
    )


def _on_a_page(facts: OnboardingFacts) -> tuple[Step, ...]:
    test = {"experiment_id": facts.experiment}
    text = {"release_id": facts.release, "number": facts.revision}
    making = ("Create the test", "publishing.new_experiment", text)
    checking = ("View the launch check", "publishing.launch", test)
    return (
        Step(
            "Pass the launch check" if facts.experiment else "Create the test",
            "It shows what’s still missing."
            if facts.experiment
            else "Set your target, try another headline, and pass the launch check.",
            5,
            "Test created and checked" if facts.is_checked else "",
            *(checking if facts.experiment else making),
        ),
        Step(
            "Start the test",
            "That locks the rule: nobody can move the target, not even you.",
            1,
            "Test started" if facts.is_started else "",
            "Start the test",
            "publishing.launch",
            test,
            "start",
            "approve",
        ),
        Step(
            "Bring your first visitor",
            "Share a link for each place you post. Your own visits don’t count.",
            2,
            "First visitor counted" if facts.is_visited else "",
            "View links",
            "ideas.experiment",
            {**test, "open": "links"},
            "links",
            permission="read",
        ),
    )


def onboarding_facts() -> OnboardingFacts:
    """How far the idea is that is furthest: of those that were not stopped, with no test ended."""
    row = db.session.execute(_foremost()).one()
    release, revision, experiment, team, members, is_asked, signed, by_writers, is_visited = row
    if release is None:
        return OnboardingFacts(is_alone=members == 1, is_visited=is_visited)
    document = documents.from_json(release.document)
    is_started = experiment is not None and experiment.state != "draft"
    needs = approvers.needs_in(team)
    approved = experiment is not None or (
        revision is not None
        and signed >= needs.approvals
        # One who wrote part of it is not enough alone.
        and (signed > 1 or not by_writers)
        and (not needs.required or approvals.is_approved(revision))
    )
    return OnboardingFacts(
        release.id,
        missing_in(document),
        0 if approved else count_stops(release),
        revision.number if revision else 0,
        revision is not None and revision.digest == documents.digest(document),
        members == 1,
        is_asked,
        approved,
        experiment.id if experiment else 0,
        is_started or (experiment is not None and _is_checked(experiment)),
        is_started,
        is_visited,
    )


def is_visited() -> bool:
    """Whether any visitor of our pages was counted."""
    return bool(db.session.scalar(sa.select(visited())))


def visited() -> sa.ColumnElement[bool]:
    """Whether any visitor was counted, as a part of a query."""
    return sa.exists().where(DayTotal.seen > 0)


def count_stops(release: Release) -> int:
    """How many findings of the draft keep it from an approval.

    What the team tells the coach is not asked: no rule that stops can be muted.
    """
    document, today = documents.from_json(release.document), clock.now().date()
    found = [
        finding
        for finding in coach.findings_of(document, release.form, today)
        if finding.severity == "stop" and finding.rule.stops_before == "approval"
    ]
    waived = coach_report.find_waivers(release) if found else {}
    return sum(not coach_report.does_stay(finding, waived) for finding in found)


def _is_checked(experiment: Experiment) -> bool:
    return experiment.checked_digest == draft_digest(experiment)


@cache
def _foremost() -> sa.Select[Any]:
    """Made once, since to put it together takes longer than to run it."""
    text, test, tested = aliased(Revision), aliased(Experiment), aliased(Revision)
    newest = (
        sa.select(sa.func.max(text.number))
        .where(text.release_id == Release.id)
        .correlate(Release)
        .scalar_subquery()
    )
    foremost = (
        sa.select(test.id)
        .join(tested, tested.id == test.revision_id)
        .where(tested.release_id == Release.id, test.state != "ended")
        .order_by(test.started_at.is_(None), test.id.desc())
        .limit(1)
        .correlate(Release)
        .scalar_subquery()
    )
    members = sa.select(sa.func.count()).select_from(Membership).scalar_subquery()
    signed, by_writers = (
        sa.select(count)
        .where(Approval.revision_id == Revision.id, Approval.digest == Revision.digest)
        .correlate(Revision)
        .scalar_subquery()
        for count in (
            sa.func.count(sa.distinct(Approval.approver_id)),
            sa.func.count().filter(Approval.is_by_writer),
        )
    )
    up_for_review = (
        sa.exists()
        .where(Round.revision_id == text.id, text.release_id == Release.id)
        .correlate(Release)
    )
    by_link = sa.exists().where(Reviewer.release_id == Release.id, Reviewer.token_hash.is_not(None))
    return (
        sa.select(
            Release,
            Revision,
            Experiment,
            TeamSettings,
            members,
            sa.or_(up_for_review, by_link.correlate(Release)),
            signed,
            by_writers,
            visited(),
        )
        .select_from(TeamSettings)
        .outerjoin(Release, ~sa.exists().where(Stop.release_id == Release.__table__.c.id))
        .outerjoin(Revision, sa.and_(Revision.release_id == Release.id, Revision.number == newest))
        .outerjoin(Experiment, Experiment.id == foremost)
        .order_by(
            Experiment.id.is_(None),
            Experiment.started_at.is_(None),
            Revision.id.is_(None),
            Release.updated_at.desc(),
        )
        .limit(1)
    )


END_EVERY = timedelta(hours=1)


class Path(NamedTuple):
    """The first steps: all of them, the next one, and the minutes left.

    ``is_home``: the list of ideas begins with them.
    """

    steps: tuple[Step, ...]
    next: Step
    is_home: bool

    @property
    def done(self) -> list[Step]:
        """The steps that are behind."""
        return [step for step in self.steps if step.done]

    @property
    def minutes(self) -> int:
        """How long what is left takes."""
        return sum(step.minutes for step in self.steps if not step.done)


def find_path(membership: Membership, *, is_asked_for: bool) -> Path | None:
    """Return the first steps for a member who is new, or who asks for them; None once all are done.

    A member who removed them costs no query.
    """
    is_home = membership.sees_start and not is_visited()
    if not is_home and not is_asked_for:
        return None
    steps = steps_of(onboarding_facts())
    following = next_step(steps)
    return Path(steps, following, is_home) if following else None


def hide_start(membership: Membership) -> None:
    """Begin this member's ideas with the first steps no more."""
    with writing():
        membership.sees_start = False


def end_where_visited(_now: datetime) -> None:
    """Show nobody the first steps any more once the first visitor came."""
    over = Membership.sees_start & visited()
    # Looked up first: to write keeps everybody else from writing.
    if db.session.scalar(sa.select(sa.exists().where(over))):
        with writing() as session:
            session.execute(sa.update(Membership).where(over).values(sees_start=False))
