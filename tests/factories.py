"""Small makers of the things a test is not about."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from argon2 import PasswordHasher
from flask.testing import FlaskClient

from wbtest.decisions.decide import decide, second
from wbtest.decisions.models import Paper
from wbtest.extensions import clock, db
from wbtest.publishing.experiments import add_variant, create_experiment
from wbtest.publishing.launch_check import NAMES
from wbtest.publishing.lifecycle import record_check, start, take_step
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.review.approvals import approve
from wbtest.review.models import Approval
from wbtest.store import writing
from wbtest.team.models import AuditLine, Membership, Person, TeamSettings
from wbtest.team.sessions import open_session
from wbtest.writing import document as documents
from wbtest.writing.document import CallToAction, Dateline, Document, OpenQuestion, Question, Quote
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import create_release, freeze, save_release

PASSWORD = "correct horse battery staple"
# As cheap as argon2 gets: the tests are not about guessing.
CHEAP = (1, 8)
PASSWORD_HASH = PasswordHasher(*CHEAP, parallelism=1).hash(PASSWORD)

# A release with every part, and no word twice where a test may look for one.
LARDER = Document(
    product="Larder",
    segment="parents who cook on weeknights",
    headline="Five weeknight dinners from what is already in your kitchen",
    subheading="Parents who cook on weeknights throw away half as much food.",
    dateline=Dateline("Leeds", "2027-03-03"),
    summary="Larder is a phone app. It plans dinners from a photo of the fridge.",
    problem="Amira opens the fridge at half past five.\n\nOn Sunday the cabbage goes in the bin.",
    alternative="She scrolls through recipes that begin with thirty things to buy.",
    solution="One photo, two questions, five dinners of 30 minutes.",
    why_now="Since 2026 a phone recognises food by itself.",
    company_quote=Quote("We counted what we threw away.", "Tom Okafor", "founder"),
    customer_quote=Quote("I used to dread it. Now we talk.", "Amira", "a mother of two"),
    call_to_action=CallToAction("Take one photo of your fridge.", "Start now", "£4 a month"),
    faq=(
        Question("external", "What does it cost?", "£4 a month.", "price"),
        Question("external", "Who is it for?", "For whoever cooks.", "what and for whom"),
        Question("external", "How is it different?", "It begins at home.", "difference"),
        Question("external", "How do I start?", "With a photo.", "how to start"),
        Question("external", "Where do my photos go?", "Nowhere.", "data"),
        Question("external", "Who helps me?", "We do, by mail.", "help"),
        Question("internal", "Why £4?", "Eleven of fourteen named it.", "pricing"),
        Question("internal", "Who copies us?", "Grocers cannot.", "competitive positioning"),
        Question("internal", "Does it see?", "Yes, 83 of 100 items.", "technical feasibility"),
        Question(
            "internal",
            "What could fail?",
            topic="key risks",
            open=OpenQuestion("Priya", "2027-04-15", "ten diaries"),
        ),
    ),
)


def make_settings(name: str = "Larder") -> TeamSettings:
    """What the team is called, and who answers for its pages."""
    settings = TeamSettings(
        name=name,
        controller=f"{name} Ltd, 1 Mill Lane, Leeds",
        contact_email="hello@example.com",
        created_at=clock.now(),
    )
    with writing() as session:
        session.add(settings)
    return settings


def make_person(email: str, role: str) -> Person:
    """Somebody of this role in the team, whose password is PASSWORD."""
    if db.session.scalar(db.select(TeamSettings.id)) is None:
        make_settings()
    person = _add_person(email)
    with writing() as session:
        session.add(Membership(person_id=person.id, role=role, created_at=clock.now()))
    return person


def _add_person(email: str) -> Person:
    person = Person(
        email=email,
        name=email.partition("@")[0].capitalize(),
        password_hash=PASSWORD_HASH,
        created_at=clock.now(),
    )
    with writing() as session:
        session.add(person)
    return person


@dataclass(frozen=True)
class Team:
    """The people of the team, by role."""

    settings: TeamSettings
    viewer: Person
    editor: Person
    approver: Person
    owner: Person


def find_team() -> Team | None:
    """The people of the team, if it has one of each role."""
    found = db.session.execute(
        db.select(Membership.role, Person).join(Person, Person.id == Membership.person_id)
    )
    people: dict[str, Person] = dict(found.all())
    settings = db.session.scalar(db.select(TeamSettings))
    team = Team(settings, **people) if settings and len(people) == 4 else None
    db.session.rollback()
    return team


def make_team() -> Team:
    """A team with one person of each role."""
    settings = make_settings()
    roles = ("viewer", "editor", "approver", "owner")
    return Team(settings, **{role: make_person(f"{role}@larder.example", role) for role in roles})


def make_stranger(email: str) -> Person:
    """Somebody with a log-in who is not in the team."""
    return _add_person(email)


def log_in(client: FlaskClient, person: Person) -> None:
    """Let this client's requests be those of ``person``, without the log-in page."""
    client.set_cookie("wb-session", open_session(person))


def make_release(author: Person, *, form: Any = "full", **parts: Any) -> Release:
    """A release that says what LARDER says, but for ``parts``."""
    document = replace(LARDER, **parts)
    return create_release(
        author,
        form=form,
        product=document.product,
        language=document.language,
        document=document,
    )


def make_revision(author: Person, *, release: Release | None = None, **parts: Any) -> Revision:
    """The next revision of ``release``, or the first of a new one, with these ``parts``."""
    if release is None:
        return freeze(make_release(author, **parts), author)
    draft = replace(documents.from_json(release.document), **parts)
    return freeze(save_release(release, draft, release.version, author), author)


def make_approval(revision: Revision, approver: Person) -> Approval:
    """The approver's yes, with the sentence that one owes who is alone on day one."""
    return approve(revision, approver, "A second pair of eyes, for speed.")


def make_twin(revision: Revision) -> Revision:
    """The first revision of another release that says the same, approved by the same people."""
    document = documents.from_json(revision.document)
    author = revision.author
    release = create_release(
        author,
        form=revision.form,
        product=document.product,
        language=document.language,
        document=document,
    )
    twin = freeze(release, author)
    query = db.select(Approval).where(Approval.revision_id == revision.id)
    for approval in db.session.scalars(query).all():
        make_approval(twin, db.session.get_one(Person, approval.approver_id))
    return twin


def make_old_approval(revision: Revision, approver: Person) -> Approval:
    """A yes to whatever the text says, from a time when nothing in it would have stopped one."""
    approval = Approval(
        revision_id=revision.id,
        approver_id=approver.id,
        digest=revision.digest,
        approved_at=clock.now(),
    )
    with writing() as session:
        session.add(approval)
    return approval


def make_rule(**changes: Any) -> Hypothesis:
    """A rule that can be sealed, running for four weeks from the day on which tests begin."""
    values: dict[str, Any] = {
        "who": "parents who cook on weeknights",
        "does": "leave an email address",
        "target": 0.08,
        "floor": 0.03,
        "minimum_visitors": 400,
        "maximum_visitors": 2400,
        "minimum_days": 7,
        "ends_on": date(2027, 3, 29),
        "if_met": "We build it.",
        "if_not_met": "We write another draft, or stop.",
        "if_unclear": "We ask once more.",
    }
    return Hypothesis(**(values | changes))


def make_experiment(
    revision: Revision,
    author: Person,
    *,
    slug: str = "",
    variants: tuple[str, ...] = (),
    time_zone: str = "UTC",
    asks_name: bool = False,
    **rule: Any,
) -> Experiment:
    """A draft with the control and a variant for each name, whose headline the name is.

    The author wrote them, so somebody else starts it. It stands at /p/larder, or at the address
    that its release has; with another ``slug`` it is the test of another idea with the same text.
    """
    if revision.release.slug not in (None, slug or revision.release.slug):
        revision = make_twin(revision)
    experiment = create_experiment(
        revision,
        author,
        slug=slug or ("larder" if revision.release.slug is None else ""),
        rule=make_rule(**rule),
        time_zone=time_zone,
        asks_name=asks_name,
    )
    for name in variants:
        add_variant(experiment, author, name=name, weight=1, overrides={"headline": name})
    return experiment


def make_checked(experiment: Experiment, person: Person) -> Experiment:
    """The same draft after its launch check, with every warning seen that there is."""
    return record_check(experiment, person, NAMES)


def make_running(revision: Revision, author: Person, approver: Person, **parts: Any) -> Experiment:
    """An experiment of an approved revision, started; ``parts`` as for ``make_experiment``."""
    return start(make_checked(make_experiment(revision, author, **parts), author), approver)


def end_at(experiment: Experiment, moment: datetime) -> None:
    """Let its end have come at the moment, whatever the clock says."""
    with writing():
        experiment.state, experiment.ended_at = "ended", moment
        take_step(experiment, "ended", None, at=moment)


def make_decision(
    experiment: Experiment, first: Person, other: Person | None, choice: str, reason: str
) -> Paper:
    """A decision that stands: against the verdict ``other`` is the second person."""
    paper = decide(experiment, first, choice, reason)
    if paper.state == "waiting":
        assert other is not None, "somebody must second what is against the verdict"
        second(paper, other)
    return paper


def audit_lines(most: int) -> list[AuditLine]:
    """The newest lines of the audit log."""
    newest = db.select(AuditLine).order_by(AuditLine.id.desc()).limit(most)
    return list(db.session.scalars(newest))
