"""Experiments: made on a revision, read, changed as drafts, and checked before they start."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import msgspec
from flask import request
from msgspec import UNSET

from wbtest.api import etags
from wbtest.api.answers import Answer, reads_if_match
from wbtest.api.experiment_shapes import (
    ExperimentChange,
    Experiments,
    ExperimentShown,
    LaunchCheck,
    LaunchFinding,
    NewExperiment,
    Passing,
    VariantGiven,
    listed,
    shown,
)
from wbtest.api.faults import told_as
from wbtest.api.paging import Page
from wbtest.publishing import crowds
from wbtest.publishing import rule as rules
from wbtest.publishing.cloning import clone_experiment
from wbtest.publishing.experiments import experiments_before, remove_experiment
from wbtest.publishing.given_rule import kept_reckoning, kept_rule
from wbtest.publishing.launch.facts import findings_of
from wbtest.publishing.launch.passing import check
from wbtest.publishing.launch.readiness import find_objection
from wbtest.publishing.launch.values import NAMES
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.stages import is_checked
from wbtest.publishing.whole_draft import GivenVariant, change_draft, make_draft
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing.models import Release
from wbtest.writing.releases import find_newest_revision, find_revision

MEMBERS = {
    "daily": "expected_daily",
    "ends_on": "hypothesis.ends_on",
    "crowds": "hypothesis.crowds",
}


def list_experiments(query: Page) -> Experiments:
    """The experiments, the newest first."""
    rows = experiments_before(query.before, query.limit + 1)
    some, onward = query.cut(rows)
    return Experiments([listed(each) for each in some], onward)


def create_experiment(release_id: int, body: NewExperiment) -> Answer[ExperimentShown]:
    """Make a draft of an experiment on a revision, with its hypothesis and variants."""
    release = access.get(Release, release_id, "edit")
    revision = (
        find_newest_revision(release)
        if body.revision is None
        else find_revision(release, body.revision)
    )
    if revision is None:
        raise Invalid("revision", "There is no such revision. Freeze the draft first.")
    settings = {
        "slug": body.slug,
        "rule": _rule(msgspec.to_builtins(body.hypothesis)),
        "time_zone": body.time_zone,
        "asks_name": body.asks_name,
        "expected_daily": body.expected_daily,
    }
    variants = _variants(body.variants)
    with told_as(**MEMBERS):
        return shown(make_draft(revision, access.person(), settings, variants))


def get_experiment(experiment_id: int) -> Answer[ExperimentShown]:
    """What is tested, by which rule, and where it stands."""
    return shown(access.get(Experiment, experiment_id, "read"))


@reads_if_match
def change_experiment(experiment_id: int, body: ExperimentChange) -> Answer[ExperimentShown]:
    """Replace parts of a draft, with If-Match of exactly that one. A start seals all of it."""
    found = access.get(Experiment, experiment_id, "edit")
    changes = msgspec.to_builtins(body)
    changes.pop("variants", None)
    if "hypothesis" in changes:
        changes["rule"] = _rule(changes.pop("hypothesis"))
    variants = None if body.variants is UNSET else _variants(body.variants)
    read = etags.digest_wanted(request.headers.get("If-Match"))
    with told_as(**MEMBERS):
        return shown(change_draft(found, access.person(), changes, variants, read))


def delete_experiment(experiment_id: int) -> None:
    """Delete a draft; with the last test its address is free. What strangers saw is kept."""
    remove_experiment(access.get(Experiment, experiment_id, "edit"))


def copy_experiment(experiment_id: int) -> Answer[ExperimentShown]:
    """Begin another draft with the same rule, variants, look and options."""
    return shown(clone_experiment(access.get(Experiment, experiment_id, "edit"), access.person()))


def get_launch_check(experiment_id: int) -> LaunchCheck:
    """What stops the start of a draft, what to see before it, and what is fine."""
    return _launch(_draft(experiment_id))


def pass_launch_check(experiment_id: int, body: Passing) -> LaunchCheck:
    """Pass the launch check, having seen each warning. Any change asks for it again."""
    return _launch(check(_draft(experiment_id), access.person(), body.seen))


def _draft(experiment_id: int) -> Experiment:
    return access.get(Experiment, experiment_id, "edit")


def _launch(experiment: Experiment) -> LaunchCheck:
    found = findings_of(experiment) if experiment.state == "draft" else []
    return LaunchCheck(
        is_checked(experiment),
        [LaunchFinding(each.kind, each.what, NAMES[each.what], each.sentence) for each in found],
        experiment.warnings_seen,
        find_objection(experiment, access.person()),
    )


def _rule(values: Mapping[str, Any]) -> rules.Hypothesis:
    """The rule as it is kept. Raises Invalid at the field of the hypothesis that is at fault."""
    kept = {**values, "ends_on": date.fromisoformat(values["ends_on"])}
    numbers = kept.pop("reckoning")
    with _at("hypothesis.reckoning"):
        reckoning = kept_reckoning(numbers) if numbers else None
    announced = [crowds.from_json(each) for each in kept.pop("crowds")]
    with _at("hypothesis"):
        return kept_rule(kept, reckoning, announced)


@contextmanager
def _at(place: str) -> Iterator[None]:
    """Let what is no rule be said at a member of this part of the body."""
    try:
        yield
    except rules.NotARule as error:
        raise Invalid(f"{place}.{error.field}", str(error)) from error


def _variants(given: list[VariantGiven]) -> list[GivenVariant]:
    return [GivenVariant(each.key, each.name, each.weight, each.overrides) for each in given]
