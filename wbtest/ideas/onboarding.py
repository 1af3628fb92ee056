"""The steps from an idea to its first visitor, and which of them is next. Pure."""

from typing import Any, NamedTuple

from wbtest.writing.document import Document

# What every release says, the short one too, by the anchor of its part on the sheet.
PARTS = ("headline", "subheading", "problem", "alternative", "call_to_action")


class OnboardingFacts(NamedTuple):
    """How far the team's foremost idea is.

    ``release`` and ``experiment`` are their numbers, 0 for none; ``missing`` is the first part that
    says nothing yet; ``stops`` counts what keeps the text from an approval; ``revision`` is the
    newest one, and ``is_frozen`` says whether the draft is that very text.
    """

    release: int = 0
    missing: str = PARTS[0]
    stops: int = 0
    revision: int = 0
    is_frozen: bool = False
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
    ``endpoint`` with ``values`` and ``anchor``, for whoever has the ``permission``.
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


def missing_in(document: Document) -> str:
    """The first part of a release that says nothing yet, '' when each says something."""
    action = document.call_to_action
    texts = {name: getattr(document, name) for name in PARTS[:-1]}
    texts["call_to_action"] = action.text and action.label
    return next((name for name, text in texts.items() if not text.strip()), "")


def steps_of(facts: OnboardingFacts) -> tuple[Step, ...]:
    """Every step in its order. Whoever has done a later one has done those before it."""
    found = (*_on_paper(facts), *_on_a_page(facts))
    last = max((place for place, step in enumerate(found) if step.done), default=-1)
    # What was passed over, such as a review that nobody asked for, is not asked for any more.
    return tuple(
        step._replace(done=step.done or f"{step.title}: passed over") if place < last else step
        for place, step in enumerate(found)
    )


def next_step(steps: tuple[Step, ...]) -> Step | None:
    """The first step that is not done; None when all are."""
    return next((step for step in steps if not step.done), None)


def _on_paper(facts: OnboardingFacts) -> tuple[Step, ...]:
    sheet = {"release_id": facts.release}
    text = {**sheet, "number": facts.revision}
    is_written = bool(facts.release) and not facts.missing
    freeze = ("Create a revision first", "writing.release", sheet)
    asking = (
        ("Invite reviewers", "review.revision", {**text, "invite": 1})
        if facts.is_frozen
        else freeze
    )
    signing = ("Review the text", "review.revision", text) if facts.is_frozen else freeze
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
            if facts.is_alone and is_written and not facts.stops
            else "",
            *asking,
        ),
        Step(
            "Approve the text",
            "Visitors only ever see an approved text.",
            1,
            "Text approved" if facts.is_approved else "",
            *signing,
            "approval" if facts.is_frozen else "",
            "approve" if facts.is_frozen else "edit",
        ),
    )


def _on_a_page(facts: OnboardingFacts) -> tuple[Step, ...]:
    test = {"experiment_id": facts.experiment}
    text = {"release_id": facts.release, "number": facts.revision}
    making = ("Create the test", "publishing.new_experiment", text)
    checking = ("View the launch check", "publishing.launch", test)
    return (
        Step(
            "Create the test",
            "Set your target, try another headline, and pass the launch check.",
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
