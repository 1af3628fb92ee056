"""The steps from an idea to its first visitor."""

import pytest

from wbtest.ideas.onboarding import OnboardingFacts, missing_in, next_step, steps_of
from wbtest.writing.document import CallToAction, Document

WRITTEN = OnboardingFacts(release=7, missing="", is_alone=False)
REVISED = WRITTEN._replace(revision=2, is_revision=True)
TESTED = REVISED._replace(is_asked=True, is_approved=True, experiment=3)
RUNNING = TESTED._replace(is_checked=True, is_started=True)


def test_from_an_idea_to_the_first_visitor_it_takes_thirty_minutes_in_seven_steps():
    steps = steps_of(OnboardingFacts())

    assert (len(steps), sum(step.minutes for step in steps)) == (7, 30)
    assert [step.title for step in steps if step.done] == []


@pytest.mark.parametrize(
    ("facts", "title", "endpoint", "anchor"),
    [
        (OnboardingFacts(), "Write the press release", "writing.new_release", ""),
        (
            OnboardingFacts(7, "problem"),
            "Write the press release",
            "writing.release",
            "part-problem",
        ),
        (WRITTEN._replace(stops=1), "Fix what the coach blocks", "writing.preview", "coach"),
        (WRITTEN, "Let someone read it", "writing.release", ""),
        (REVISED, "Let someone read it", "review.revision", ""),
        (REVISED._replace(is_alone=True), "Approve the text", "review.revision", "approval"),
        (REVISED._replace(is_asked=True), "Approve the text", "review.revision", "approval"),
        (TESTED._replace(experiment=0), "Create the test", "publishing.new_experiment", ""),
        (TESTED, "Pass the launch check", "publishing.launch", ""),
        (TESTED._replace(is_checked=True), "Start the test", "publishing.launch", "start"),
        (RUNNING, "Bring your first visitor", "ideas.experiment", "links"),
    ],
)
def test_the_next_step_leads_to_where_it_is_done(
    facts: OnboardingFacts, title: str, endpoint: str, anchor: str
):
    step = next_step(steps_of(facts))

    assert step is not None
    assert (step.title, step.endpoint, step.anchor) == (title, endpoint, anchor)


def test_who_is_alone_may_invite_somebody_instead_of_a_reviewer():
    step = steps_of(REVISED._replace(is_alone=True))[2]

    assert step.done == "You’re alone, so no review is needed"
    assert (step.label, step.endpoint, step.permission) == (
        "Invite your co-founder",
        "team.people",
        "own",
    )


def test_what_was_passed_over_is_not_asked_for_any_more():
    steps = steps_of(TESTED._replace(is_asked=False))

    assert steps[2].done == "Let someone read it: skipped"


def test_after_the_first_visitor_nothing_is_left():
    assert next_step(steps_of(OnboardingFacts(is_visited=True))) is None


def test_a_release_lacks_the_first_part_that_says_nothing():
    texts = dict.fromkeys(("headline", "subheading", "problem", "alternative"), "Said.")
    action = CallToAction("Begin.", "Begin", "")

    assert missing_in(Document(headline=" ")) == "headline"
    assert missing_in(Document(**texts)) == "call_to_action"
    assert missing_in(Document(**texts, call_to_action=action)) == ""
