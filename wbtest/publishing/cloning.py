"""A new draft that begins where another experiment stands: same rule, same variants, same look."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from wbtest.extensions import clock, db
from wbtest.publishing import rule as rules
from wbtest.publishing.assembling import overrides_of
from wbtest.publishing.experiments import add_draft
from wbtest.publishing.looks import before as look_before
from wbtest.publishing.models import Experiment, Variant
from wbtest.publishing.running.seals import sealed_rule
from wbtest.review.approvals import approvals_by_revision
from wbtest.store import hold, writing
from wbtest.team.models import Person
from wbtest.writing.models import Revision


def clone_experiment(experiment: Experiment, author: Person) -> Experiment:
    """Make a draft like ``experiment``, of the newest approved revision of its release.

    It takes over rule, variants, look, wording and options; the last day moves to as many days
    from today, and crowds that are over stay behind. What was counted, sealed, checked, done or
    decided stays where it is. All words keep their writer, so somebody else signs them off. The
    same once more, as by a double click, returns the first.
    """
    with writing():
        # The second of two clicks waits here for the first.
        hold(experiment)
        hold(experiment.release)
        revision, rule = _newest_approved(experiment), _moved_rule(experiment)
        made = _find_same(experiment, revision, author, rule)
        if made is not None:
            return made
        parts = {
            "rule": rules.to_json(rule),
            "time_zone": experiment.time_zone,
            "asks_name": experiment.asks_name,
            "expected_daily": experiment.expected_daily,
            "variants": [_copied(variant) for variant in experiment.variants],
            "options": dict(experiment.options),
            "questions_writer_id": experiment.questions_writer_id,
            # Of a text in another language it keeps what the newest page in that one says.
            **look_before.taken_over(revision),
            "look": dict(experiment.look),
            "look_writer_id": experiment.look_writer_id,
        }
        if _language_of(revision) == _language_of(experiment.revision):
            parts |= {
                "wording": dict(experiment.wording),
                "wording_writer_id": experiment.wording_writer_id,
            }
        return add_draft(revision, author, **parts)


def moved_end(rule: rules.Hypothesis, began: date, today: date) -> date:
    """Return the last day of a test like this one that starts today.

    As long as the first was to be, yet never shorter than its rule asks nor longer than a year.
    """
    days = (rule.ends_on - began).days
    return today + timedelta(days=min(max(days, rule.minimum_days, 1), rules.LONGEST_TEST))


def _moved_rule(experiment: Experiment) -> rules.Hypothesis:
    zone = ZoneInfo(experiment.time_zone)
    began = (experiment.started_at or experiment.created_at).astimezone(zone).date()
    rule = sealed_rule(experiment)
    end = moved_end(rule, began, clock.now().astimezone(zone).date())
    return with_crowds_to_come(replace(rule, ends_on=end), clock.now(), experiment.time_zone)


def with_crowds_to_come(rule: rules.Hypothesis, now: datetime, time_zone: str) -> rules.Hypothesis:
    """Return the rule without the crowds that lie outside a test from ``now`` on."""
    ends_at = rule.ends_at(time_zone)
    kept = (crowd for crowd in rule.crowds if not crowd.find_until_fault(now, ends_at))
    return replace(rule, crowds=tuple(kept))


def _newest_approved(experiment: Experiment) -> Revision:
    """The newest approved revision of the release; the experiment's own while there is none."""
    release = experiment.release
    approved = approvals_by_revision(release)
    found = [revision for revision in release.revisions if revision.number in approved]
    return found[-1] if found else experiment.revision


def _language_of(revision: Revision) -> str:
    return str(revision.document.get("language") or "en")


def _copied(variant: Variant) -> Variant:
    return Variant(
        key=variant.key,
        position=variant.position,
        name=variant.name,
        weight=variant.weight,
        overrides=dict(overrides_of(variant)),
        writer_id=variant.writer_id,
    )


def _find_same(
    experiment: Experiment, revision: Revision, author: Person, rule: rules.Hypothesis
) -> Experiment | None:
    """A draft by the same author, untouched since it was made in this way; or None."""
    drafts = db.session.scalars(
        select(Experiment)
        .where(
            Experiment.revision_id == revision.id,
            Experiment.author_id == author.id,
            Experiment.state == "draft",
            Experiment.id != experiment.id,
        )
        .options(selectinload(Experiment.variants))
    )
    has_words = _language_of(revision) == _language_of(experiment.revision)
    wanted = _compared(experiment, has_words) | {"rule": rules.to_json(rule)}
    return next((draft for draft in drafts if _compared(draft, has_words) == wanted), None)


def _compared(experiment: Experiment, has_words: bool) -> dict[str, object]:
    return {
        "rule": experiment.rule,
        "settings": [experiment.time_zone, experiment.asks_name, experiment.expected_daily],
        "look": [experiment.look, has_words and experiment.wording, experiment.options],
        "variants": [
            [each.key, each.name, each.weight, overrides_of(each)] for each in experiment.variants
        ],
    }
