"""Scenes of testing: an experiment is made and started, strangers come, its last day is over."""

from collections.abc import Iterator
from datetime import timedelta

from wbtest.cli.demo.cast import Test, tests
from wbtest.cli.demo.stage import APPROVER, AUTHOR, Stage
from wbtest.extensions import clock
from wbtest.publishing import experiments, lifecycle, whole_drafts
from wbtest.publishing.launch_readiness import findings_of, warnings_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_design import Look
from wbtest.publishing.page_settings import change_look, change_options
from wbtest.publishing.rule import Hypothesis
from wbtest.writing.releases import find_newest_revision

ZONE = "Europe/London"


def start(stage: Stage, test: str) -> None:
    """Make an experiment of the newest revision and start it; a second one begins as a copy."""
    said, author = tests()[test], stage.person(AUTHOR)
    experiment = _make(stage, said)
    for name, headline in said.variants:
        words = {"headline": headline}
        experiments.add_variant(experiment, author, name=name, weight=1, overrides=words)
    change_look(experiment, author, Look(theme=said.theme))
    change_options(experiment, author, said.options)
    lifecycle.record_check(experiment, author, warnings_of(findings_of(experiment)))
    lifecycle.start(experiment, stage.person(APPROVER))


def end(stage: Stage, test: str) -> None:
    """Do what the worker does at midnight: end a test whose last day is over."""
    over_at = lifecycle.ends_at(stage.experiment(test))
    stage.clock.set(over_at + timedelta(seconds=20))
    lifecycle.end_overdue(clock.now())


def _make(stage: Stage, test: Test) -> Experiment:
    author, today = stage.person(AUTHOR), clock.now().date()
    rule = Hypothesis(
        who=test.who,
        does="leave their address",
        target=test.target,
        floor=test.floor,
        minimum_visitors=test.minimum,
        maximum_visitors=test.maximum,
        minimum_days=7,
        ends_on=today + timedelta(days=test.lasts),
        if_met=test.if_met,
        if_not_met=test.if_not_met,
        if_unclear=test.if_unclear,
    )
    for before in _earlier(stage, test):
        copy = whole_drafts.clone_experiment(before, author)
        return experiments.change_rule(copy, rule=rule, time_zone=ZONE, expected_daily=test.daily)
    revision = find_newest_revision(stage.release(test.release))
    assert revision is not None, "a draft is frozen when it is written"
    return experiments.create_experiment(
        revision, author, slug=test.slug, rule=rule, time_zone=ZONE, expected_daily=test.daily
    )


def _earlier(stage: Stage, test: Test) -> Iterator[Experiment]:
    """The test before this one of the same release, if there was any."""
    earlier = [each for each in tests().values() if each.release == test.release]
    place = earlier.index(test)
    if place:
        yield stage.experiment(earlier[place - 1].name)
