"""What somebody can change by hand in the rows of a started test that has a variant “Price”.

TAMPERINGS name each change with a part of what is said of it. Each joins the open transaction.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from tests.factories import make_revision
from wbtest.extensions import db
from wbtest.publishing import rule as rules
from wbtest.publishing.correction_requests import (
    approve_corrections,
    digest_of,
    digest_of_waiting,
    present_texts,
    submit_corrections,
    waiting,
)
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment, Variant
from wbtest.review.models import Approval
from wbtest.writing import document as documents

Tamper = Callable[[Experiment], None]


def approval_gone(running: Experiment) -> None:
    db.session.execute(delete(Approval))


def approval_of_another_text(running: Experiment) -> None:
    db.session.query(Approval).update({"digest": "0" * 64})


def approval_of_somebody_else(running: Experiment) -> None:
    """The text is approved, and not by the person who had approved it at the start."""
    first = db.session.scalars(select(Approval).order_by(Approval.id)).first()
    assert first is not None
    first.approver_id = running.author_id


def name_asked_for(running: Experiment) -> None:
    running.asks_name = not running.asks_name


def text_changed(running: Experiment) -> None:
    running.revision.document = running.revision.document | {"headline": "Never read"}


def text_changed_with_its_digest(running: Experiment) -> None:
    text_changed(running)
    document = documents.from_json(running.revision.document)
    running.revision.digest = documents.digest(document)


def text_changed_with_every_digest(running: Experiment) -> None:
    """Even a forged approval does not carry words that were not sealed."""
    text_changed_with_its_digest(running)
    db.session.query(Approval).update({"digest": running.revision.digest})


def text_broken(running: Experiment) -> None:
    running.revision.document = {"headline": 7}


def other_revision(running: Experiment) -> None:
    author = running.author
    running.revision = make_revision(author, release=running.revision.release, headline="New")


def words_changed(running: Experiment) -> None:
    running.variants[1].overrides = {"headline": "Never sealed"}


def words_broken(running: Experiment) -> None:
    running.variants[1].overrides = {"headline": 7}


def control_changed(running: Experiment) -> None:
    running.variants[0].overrides = {"price": "£1 a month"}


def variant_removed(running: Experiment) -> None:
    running.variants.remove(running.variants[1])


def variant_added(running: Experiment) -> None:
    words = {"headline": "Never sealed"}
    running.variants.append(Variant(key="late", position=2, name="Late", overrides=words))


def variant_renamed(running: Experiment) -> None:
    running.variants[1].name = "Never sealed"


def weight_changed(running: Experiment) -> None:
    running.variants[1].weight = 9


def wording_changed(running: Experiment) -> None:
    running.wording = {"thanks_title": "Never sealed"}


def look_changed(running: Experiment) -> None:
    running.look = {"palette": "night"}


def salt_changed(running: Experiment) -> None:
    """With another salt the same visitors would be shown other variants."""
    running.assignment_salt = "0" * 32


def options_changed(running: Experiment) -> None:
    running.options = {"confirms": False}


def options_broken(running: Experiment) -> None:
    running.options = {"bogus": 1}


def warnings_changed(running: Experiment) -> None:
    running.warnings_seen = ["sources"]


def slug_changed(running: Experiment) -> None:
    running.release.slug = "elsewhere"


def rule_changed(running: Experiment) -> None:
    running.rule = running.rule | {"target": 0.01, "floor": 0.001}


def rule_broken(running: Experiment) -> None:
    running.rule = running.rule | {"target": 0.01, "floor": 0.5}


def time_zone_changed(running: Experiment) -> None:
    running.time_zone = "Asia/Kathmandu"


def attempt_changed(running: Experiment) -> None:
    """The more attempts, the surer a go has to be."""
    running.attempt += 1


def start_moved(running: Experiment) -> None:
    """More days seem to be over than are."""
    running.started_at -= timedelta(days=10)


def start_moved_with_its_step(running: Experiment) -> None:
    start_moved(running)
    running.steps[-1].at = running.started_at


def step_moved(running: Experiment) -> None:
    running.steps[-1].at -= timedelta(days=10)


def steps_gone(running: Experiment) -> None:
    running.steps.clear()


def ended_without_a_step(running: Experiment) -> None:
    running.state, running.ended_at = "ended", running.started_at


def end_moved(running: Experiment) -> None:
    end(running, running.author)
    running.ended_at -= timedelta(days=1)


def end_gone(running: Experiment) -> None:
    """It runs again."""
    end(running, running.author)
    running.state, running.ended_at = "running", None


def corrections_gone(running: Experiment) -> None:
    """The page seems to have said from the start what was sealed."""
    words = running.revision.document["problem"] + "!"
    read = digest_of(present_texts(running))
    submit_corrections(running, running.author, {"problem": words}, read=read)
    if waiting(running):
        approver = db.session.scalars(select(Approval)).one().approver
        approve_corrections(running, approver, digest_of_waiting(running))
    running.corrections.clear()
    running.corrected_seal = ""


def sealed_text_changed(running: Experiment) -> None:
    running.sealed = json.dumps(json.loads(running.sealed) | {"slug": "larder"})


def sealed_text_gone(running: Experiment) -> None:
    """A draft whose state somebody set by hand has no seal."""
    running.sealed, running.seal = "", ""


def sealed_text_cut(running: Experiment) -> None:
    running.sealed = running.sealed[:100]


def sealed_anew(running: Experiment, **changes: Any) -> None:
    """Even with a seal that fits."""
    running.sealed = json.dumps(json.loads(running.sealed) | changes)
    running.seal = rules.digest(running.sealed)


def sealed_with_a_field_too_many(running: Experiment) -> None:
    sealed_anew(running, bogus=1)


def sealed_with_a_field_of_the_rule_too_many(running: Experiment) -> None:
    sealed_anew(running, rule=running.rule | {"bogus": 1})


def sealed_with_the_floor_above_the_target(running: Experiment) -> None:
    sealed_anew(running, rule=running.rule | {"floor": 0.5})


def sealed_with_no_rule(running: Experiment) -> None:
    sealed_anew(running, rule=None)


def sealed_as_a_list(running: Experiment) -> None:
    running.sealed = "[]"
    running.seal = rules.digest(running.sealed)


def sealed_in_no_time_zone(running: Experiment) -> None:
    sealed_anew(running, time_zone="Mars/Utopia")


UNREADABLE = "the sealed text can’t be read"
TAMPERINGS: tuple[tuple[Tamper, str], ...] = (
    (approval_gone, "the approval of revision 1 is gone"),
    (approval_of_somebody_else, "an approval of revision 1 is gone"),
    (approval_of_another_text, "the approval of revision 1 is for another text"),
    (text_changed, "the text of revision 1 differs from the approved one"),
    (text_changed_with_its_digest, "the approval of revision 1 is for another text"),
    (text_changed_with_every_digest, "the press release is not the sealed one"),
    (text_broken, "the text of revision 1 can’t be read: headline: "),
    (other_revision, "the approval of revision 2 is gone"),
    (words_changed, "the words of “Price” differ from the sealed ones"),
    (words_broken, "the words of “Price” differ from the sealed ones"),
    (control_changed, "the words of “Control” differ from the sealed ones"),
    (variant_removed, "the variants are not the sealed ones"),
    (variant_added, "the variants are not the sealed ones"),
    (variant_renamed, "the name of “Price” differs from the sealed one"),
    (weight_changed, "the weight of “Price” differs from the sealed one"),
    (wording_changed, "the page of “Price” differs from the sealed one"),
    (look_changed, "the page of “Price” differs from the sealed one"),
    (salt_changed, "the salt differs from the sealed one"),
    (options_changed, "the options differ from the sealed ones (confirms)"),
    (options_broken, "the options differ from the sealed ones (bogus)"),
    (warnings_changed, "the warnings of the launch check differ from the sealed ones"),
    (slug_changed, "the address differs from the sealed one"),
    (rule_changed, "the rule differs from the sealed one (floor, target)"),
    (rule_broken, "the rule differs from the sealed one (floor, target)"),
    (time_zone_changed, "the time zone differs from the sealed one"),
    (name_asked_for, "whether the form asks for a name differs from what was sealed"),
    (attempt_changed, "the attempt’s number differs from the sealed one"),
    (start_moved, "the start differs from the sealed one"),
    (start_moved_with_its_step, "the start differs from the sealed one"),
    (step_moved, "the start differs from the history"),
    (steps_gone, "the start differs from the history"),
    (ended_without_a_step, "the end differs from the history"),
    (end_moved, "the end differs from the history"),
    (end_gone, "the end differs from the history"),
    (corrections_gone, "the corrections differ from the history"),
    (sealed_text_changed, "the sealed text differs from its seal"),
    (sealed_text_gone, "the sealed text differs from its seal"),
    (sealed_text_cut, UNREADABLE),
    (sealed_with_a_field_too_many, f"{UNREADABLE}: Object contains unknown field `bogus`"),
    (sealed_with_a_field_of_the_rule_too_many, f"{UNREADABLE}: bogus: A rule has no such field"),
    (sealed_with_the_floor_above_the_target, f"{UNREADABLE}: floor: The floor must be below"),
    (sealed_with_no_rule, UNREADABLE),
    (sealed_as_a_list, UNREADABLE),
    (sealed_in_no_time_zone, UNREADABLE),
)
each_tampering = pytest.mark.parametrize(
    ("tamper", "cause"), [pytest.param(*each, id=each[0].__name__) for each in TAMPERINGS]
)
