"""The head of every page of an idea: its name, its status and its tabs, a stage each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flask import request, url_for

from wbtest.extensions import clock, db
from wbtest.ideas.idea import Idea, NewestRevision, Stage, Started
from wbtest.ideas.idea_list import listed_ideas
from wbtest.publishing.models import Experiment
from wbtest.results.figures import Evaluation
from wbtest.team import access


class Tab(NamedTuple):
    """A stage of the idea; ``url`` is '' while there is nothing to show."""

    key: str
    label: str
    url: str


class TestLink(NamedTuple):
    """One of several tests of an idea."""

    label: str
    url: str
    is_current: bool


class IdeaHead(NamedTuple):
    """What is above every page of an idea.

    ``page_url`` is the public page of the test in view, '' before its start; ``tests`` are empty
    unless there are several.
    """

    release_id: int
    name: str
    headline: str
    stage: Stage
    status: str
    page_url: str
    tabs: Sequence[Tab]
    tests: Sequence[TestLink]


def head_in_view(results: Evaluation | None = None) -> IdeaHead:
    """Return the head of the idea that the address of this request names.

    Its view has found the release or the test before, so it exists. ``results`` are those of the
    test, where the page shows them.
    """
    values = request.view_args or {}
    experiment_id = values.get("experiment_id")
    release_id = values.get("release_id")
    if release_id is None:
        release_id = db.session.get_one(Experiment, experiment_id).release_id
    return head_of(release_id, experiment_id, results)


def head_of(
    release_id: int, experiment_id: int | None = None, results: Evaluation | None = None
) -> IdeaHead:
    """Return the head of an idea, seen from one of its tests: by default the newest."""
    known = {experiment_id: results} if experiment_id and results else {}
    [listed] = listed_ideas(clock.now(), release_id, known)
    idea = listed.idea
    started = _started_in_view(idea, experiment_id)
    draft_id = 0 if started else experiment_id or next(reversed(idea.drafts), 0)
    return IdeaHead(
        release_id,
        idea.name,
        idea.headline if idea.headline != idea.name else "",
        listed.stage,
        listed.status,
        url_for("audience.page", slug=started.slug) if started else "",
        _tabs(idea, listed.revision, started, draft_id),
        _tests(idea, started.id if started else draft_id),
    )


def _started_in_view(idea: Idea, experiment_id: int | None) -> Started | None:
    """The test in view, if it has started; the newest where no test is named."""
    if experiment_id is None:
        return idea.newest
    return next((test for test in idea.tests if test.id == experiment_id), None)


def _tabs(
    idea: Idea, revision: NewestRevision, started: Started | None, draft_id: int
) -> list[Tab]:
    test_id = started.id if started else draft_id
    key = idea.release_id
    test = url_for("ideas.experiment", experiment_id=test_id) if test_id else ""
    if not test and revision.is_approved and access.has_permission("edit"):
        test = url_for("publishing.new_experiment", release_id=key, number=revision.number)
    review = ""
    if revision.number:
        review = url_for("review.revision", release_id=key, number=revision.number)
    results = url_for("results.results", experiment_id=started.id) if started else ""
    decision = url_for("decisions.decision", experiment_id=started.id) if started else ""
    return [
        Tab("release", "Release", url_for("writing.release", release_id=key)),
        Tab("review", "Review", review),
        Tab("test", "Test", test),
        Tab("results", "Results", results),
        Tab("decision", "Decision", decision),
    ]


def _tests(idea: Idea, current_id: int) -> list[TestLink]:
    """Links to all tests, the first one first, each to the tab that says most about it."""
    links = [
        TestLink(
            f"Test {number}",
            url_for("results.results", experiment_id=test.id),
            test.id == current_id,
        )
        for number, test in enumerate(reversed(idea.tests), 1)
    ]
    for number, key in enumerate(idea.drafts, 1):
        label = f"Draft test {number}" if len(idea.drafts) > 1 else "Draft test"
        url = url_for("ideas.experiment", experiment_id=key)
        links.append(TestLink(label, url, key == current_id))
    return links if len(links) > 1 else []
