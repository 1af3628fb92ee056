"""What the launch check looks at, read from the rows."""

from collections.abc import Collection, Iterable
from zoneinfo import ZoneInfo

from sqlalchemy import select

from wbtest.delivery.models import OutboxMail
from wbtest.extensions import clock, db
from wbtest.networks import Reach
from wbtest.publishing import rule as rules
from wbtest.publishing.advice import advise
from wbtest.publishing.asked import asked_by
from wbtest.publishing.assembling import page_of
from wbtest.publishing.choices import options
from wbtest.publishing.choices.choosing import conflicts
from wbtest.publishing.choices.confirming import first_mail
from wbtest.publishing.launch.check import findings
from wbtest.publishing.launch.readiness import missing_before_start
from wbtest.publishing.launch.values import NAMES, Finding, Situation, Try
from wbtest.publishing.looks import look
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.runtime import runtime
from wbtest.writing import document as documents


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
    asked = asked_by(rule, variants=len(experiment.variants), daily=daily, today=today)
    chosen = options.from_json(experiment.options)
    return Situation(
        missing=[(entry.what, entry.sentence) for entry in missing_before_start(experiment)],
        rule=rule,
        pages=[
            (variant.name, page_of(experiment, variant, document))
            for variant in experiment.variants
        ],
        options=chosen,
        base_url=settings.base_url,
        first_mail=first_mail(chosen, settings.mail_url),
        tried=_try_of(experiment),
        daily=daily,
        objections=advise(asked).objections,
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


def come_up(experiment: Experiment) -> list[str]:
    """Return the names of what stops a checked draft now, and of warnings that nobody saw.

    Much of it lies outside the draft, such as another page that was opened since the check.
    """
    found = findings_of(experiment)
    blockers = [each.what for each in found if each.kind == "blocker"]
    unseen = unseen_warnings(found, experiment.warnings_seen)
    return [NAMES[what] for what in dict.fromkeys([*blockers, *unseen])]


def look_faults(experiment: Experiment) -> list[str]:
    """Return a sentence for each thing of the look that somebody could not read or see."""
    return look.find_faults(look.from_json(experiment.look))


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


def _rivals(experiment: Experiment, rule: Hypothesis) -> list[tuple[str, list[str]]]:
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
