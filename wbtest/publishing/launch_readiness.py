"""What a draft lacks before it can start, who may start it, and what the launch check finds."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from wbtest.delivery.models import OutboxMail
from wbtest.extensions import clock, db, runtime
from wbtest.networks import Reach
from wbtest.publishing import corrections, experiment_stages, page_design, page_options, planner
from wbtest.publishing import rule as rules
from wbtest.publishing.launch_check import NAMES, WHERE_MISSING, Finding, Situation, Try, findings
from wbtest.publishing.models import Experiment
from wbtest.publishing.own_hosts import site_address
from wbtest.review.approvals import approvals_of, find_stop, still_needed
from wbtest.review.approvers import (
    ADD_AN_APPROVER,
    approvers_of,
    four_eyes_objection,
    is_alone,
)
from wbtest.team.access import get_team
from wbtest.team.models import Person
from wbtest.writing import coach_report, releases, text_rules
from wbtest.writing import document as documents
from wbtest.writing.models import Revision

CHECK_FIRST = (
    "let another approver pass the launch check first, or make a member an approver in Settings"
)


class Missing(NamedTuple):
    """One thing to do before the start; ``what`` is one of ``launch_check.NAMES``, or checked."""

    what: str
    sentence: str

    @property
    def where(self) -> str:
        """The page on which it is fixed, as ``ways_of`` names it."""
        return WHERE_MISSING[self.what]


def missing_before_start(experiment: Experiment) -> list[Missing]:
    """Everything that keeps the draft from starting, in the order in which to fix it."""
    revision = experiment.revision
    return [
        *_approval_faults(revision),
        *_newest_faults(revision),
        *_coach_faults(revision),
        *_text_faults(experiment),
        *_end_faults(experiment),
        *_controller_faults(),
    ]


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
            f"You {text_rules.joined(wrote.get(person.id, []))}, "
            "so someone else must read them and start the test"
        ),
        way=CHECK_FIRST if is_stuck else ADD_AN_APPROVER,
    )


def writers_of(experiment: Experiment) -> dict[int, list[str]]:
    """What each person (id) did to the page that no approval covers: “wrote the labels”."""
    wrote: dict[int, list[str]] = {}
    for writer_id, did in (
        *((each.writer_id, f"wrote the words of “{each.name}”") for each in experiment.variants),
        (experiment.wording_writer_id, "wrote the labels"),
        (experiment.questions_writer_id, "wrote the questions and links after the sign-up"),
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
    if others or not experiment_stages.is_checked(experiment):
        return others
    checker = [step.person for step in experiment.steps if step.what == "checked"][-1]
    return [each for each in approvers if checker in approvers and each != checker]


def _approval_faults(revision: Revision) -> Iterator[Missing]:
    approvals = approvals_of(revision)
    digest = documents.digest(documents.from_json(revision.document))
    if not approvals:
        yield Missing("approval", f"Revision {revision.number} is not approved yet.")
    elif revision.digest != digest or digest not in {found.digest for found in approvals}:
        yield Missing(
            "approval",
            f"Revision {revision.number} is not what was approved. "
            "Create a new revision and get it approved.",
        )
    elif needed := still_needed(revision):
        said = f"Revision {revision.number} is not approved by enough people yet. {needed}"
        yield Missing("approval", said)
    if (stop := find_stop(revision.release)) is not None:
        said = f"{stop.stopped_by.name} stopped this idea. Restore it first."
        yield Missing("approval", said)


def _newest_faults(revision: Revision) -> Iterator[Missing]:
    newest = releases.find_newest_revision(revision.release)
    if newest and newest.digest != revision.digest:
        yield Missing(
            "newest",
            f"Revision {newest.number} is newer, so the approval of revision {revision.number} "
            f"has lapsed. Create the test from revision {newest.number}.",
        )


def _coach_faults(revision: Revision) -> Iterator[Missing]:
    for stop in coach_report.find_stops(revision, "start"):
        # Of the button every variant's page is asked below.
        if stop.mark.path != "call_to_action.label":
            yield Missing("text", stop.mark.message)


def _text_faults(experiment: Experiment) -> Iterator[Missing]:
    document = documents.from_json(experiment.revision.document)
    pages = [corrections.page_of(experiment, variant, document) for variant in experiment.variants]
    if not document.product.strip():
        said = "The product has no name, so the page can’t say what doesn’t exist yet."
        yield Missing("text", said)
    if not all(page.headline.strip() for page in pages):
        yield Missing("text", "The page has no headline.")
    if not all(page.cta_label.strip() for page in pages):
        yield Missing("text", "The page has no call to action, so there is no button to press.")


def _end_faults(experiment: Experiment) -> Iterator[Missing]:
    today = clock.now().astimezone(ZoneInfo(experiment.time_zone)).date()
    if fault := rules.from_json(experiment.rule).find_end_fault(today):
        yield Missing("end", fault)


def _controller_faults() -> Iterator[Missing]:
    team = get_team()
    if not (team.controller.strip() and team.contact_email.strip()):
        said = "The page doesn’t say who is responsible, with an email to write to."
        yield Missing("controller", said)


def findings_of(experiment: Experiment, reach: Reach = "") -> list[Finding]:
    """Return what the launch check finds of a draft, right now.

    ``reach`` is how who looks reached the server; a program may come another way than visitors do.
    """
    return findings(situation_of(experiment, reach))


def situation_of(experiment: Experiment, reach: Reach = "") -> Situation:
    """Return everything that the launch check looks at."""
    settings = runtime().settings
    rule = rules.from_json(experiment.rule)
    document = documents.from_json(experiment.revision.document)
    today = clock.now().astimezone(ZoneInfo(experiment.time_zone)).date()
    daily = experiment.expected_daily
    asked = planner.plan_request(rule, variants=len(experiment.variants), daily=daily, today=today)
    chosen = page_options.from_json(experiment.options)
    return Situation(
        missing=[(entry.what, entry.sentence) for entry in missing_before_start(experiment)],
        rule=rule,
        pages=[
            (variant.name, corrections.page_of(experiment, variant, document))
            for variant in experiment.variants
        ],
        options=chosen,
        base_url=site_address(settings.base_url, experiment.host),
        first_mail=page_options.first_mail(chosen, settings.mail_url),
        tried=_try_of(experiment),
        daily=daily,
        objections=planner.advise(asked).objections,
        rivals=_rivals(experiment, rule),
        look_faults=look_faults(experiment),
        conflicts=[each.sentence for each in conflicts(experiment, chosen)],
        crowds_over=[crowd.name for crowd in rule.crowds if crowd.until_at <= clock.now()],
        reach=reach,
    )


def warnings_of(found: Iterable[Finding]) -> list[str]:
    """Return what the warnings are about, each once."""
    return [*dict.fromkeys(each.what for each in found if each.kind == "warning")]


def unseen_warnings(found: Iterable[Finding], seen: Collection[str]) -> list[str]:
    """Return what the warnings are about that are not among those ``seen``."""
    return [what for what in warnings_of(found) if what not in seen]


def news_since_check(experiment: Experiment) -> list[str]:
    """Return the names of what stops a checked draft now, and of warnings that nobody saw.

    Much of it lies outside the draft, such as another page that was opened since the check.
    """
    found = findings_of(experiment)
    blockers = [each.what for each in found if each.kind == "blocker"]
    unseen = unseen_warnings(found, experiment.warnings_seen)
    return [NAMES[what] for what in dict.fromkeys([*blockers, *unseen])]


def look_faults(experiment: Experiment) -> list[str]:
    """Return a sentence for each thing of the look that somebody could not read or see."""
    return page_design.find_faults(page_design.from_json(experiment.look))


def _try_of(experiment: Experiment) -> Try:
    if experiment.tried_at is None:
        return ""
    if not experiment.tried_message_id:
        return "unmailed"
    state: Try | None = db.session.scalar(
        select(OutboxMail.state).where(OutboxMail.message_id == experiment.tried_message_id)
    )
    # What was sent long ago may have been cleared away.
    return state or "sent"


def _rivals(experiment: Experiment, rule: rules.Hypothesis) -> list[tuple[str, list[str]]]:
    """The open pages that count a source by name which this rule names too."""
    if not rule.sources:
        return []
    others = db.session.execute(
        select(Experiment.slug, Experiment.rule)
        .where(
            # The test before this one is over when it starts.
            Experiment.release_id != experiment.release_id,
            Experiment.state.in_(("running", "paused")),
        )
        .order_by(Experiment.slug)
    )
    shared = [
        (slug, sorted(set(rule.sources).intersection(values.get("sources") or ())))
        for slug, values in others
    ]
    return [(slug, sources) for slug, sources in shared if sources]


class Conflict(NamedTuple):
    """Two choices that cannot both hold; ``field`` names the option, the sentence the way out."""

    field: str
    sentence: str


def conflicts(experiment: Experiment, options: page_options.Options) -> Iterator[Conflict]:
    """Yield where the options contradict the experiment's rule, its variants or what they say."""
    rule = rules.from_json(experiment.rule)
    if rule.conversion == "confirmed" and not options.confirms:
        yield Conflict(
            "confirms",
            "The rule counts confirmed sign-ups, so an email has to ask. "
            "Leave this on, or let the rule count every sign-up.",
        )
    if options.link_redirects and rule.disclosure == "after":
        yield Conflict(
            "link_redirects",
            "The thank-you page is where visitors learn that the product doesn’t exist. "
            "Turn this off and they get a button there.",
        )
    if options.counting == "cookieless" and len(experiment.variants) > 1:
        yield Conflict(
            "counting",
            "Without cookies a test has one variant, so nobody is shown two. Remove the others, or "
            "tell visitors apart by a cookie.",
        )
    if rule.conversion in page_options.ASKS_FOR and rule.conversion not in options.asks_for:
        yield Conflict(
            "asks_for",
            f"The rule counts people who {rules.ACTS[rule.conversion].did}, so the page must ask. "
            "Tick that step, or change what the rule counts.",
        )
    if "price" in options.asks_for:
        document = documents.from_json(experiment.revision.document)
        for variant in experiment.variants:
            if not corrections.page_of(experiment, variant, document).price.strip():
                yield Conflict(
                    "asks_for",
                    f"The page “{variant.name}” names no price to say yes to. "
                    "Give it one first, or leave this step out.",
                )
                return
