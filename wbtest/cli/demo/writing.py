"""Scenes of writing: a release grows draft by draft, is approved, or is stopped on paper."""

from datetime import date
from typing import Any

from wbtest.cli.demo import review
from wbtest.cli.demo.cast import drafts_of, told
from wbtest.cli.demo.stage import APPROVER, AUTHOR, Stage
from wbtest.decisions.learning_cards import next_draft
from wbtest.review import approvals, sample, verdicts
from wbtest.writing import releases, suggested_questions
from wbtest.writing.document import Document
from wbtest.writing.models import Revision


def draft(stage: Stage, name: str, number: int) -> None:
    """Write the ``number``-th draft of a release and freeze it; let it be reviewed, if it was."""
    author, text = stage.person(AUTHOR), text_of(name, number, stage.today.date())
    reviewed = review.read_story(name)
    if number == 1:
        release = releases.create_release(
            author,
            form="full" if text.solution else "short",
            product=text.product,
            language=text.language,
            document=text,
        )
        stage.releases[name] = release.id
        if reviewed:
            stage.guests[name] = review.invite(reviewed, release, stage.members).id
    else:
        release = stage.release(name)
        releases.save_release(release, text, release.version, author)
        if reviewed and number == len(drafts_of(name)):
            review.let_stay(reviewed, release, author)
    revision = releases.freeze(release, author)
    if reviewed:
        review.review(reviewed, revision, stage.guests[name], stage)


def take_in(stage: Stage, test: str, question: str) -> None:
    """Write the next draft from where a test ended: a visitor's question goes into its FAQ."""
    author = stage.person(AUTHOR)
    release = next_draft(stage.experiment(test), author)
    for candidate in suggested_questions.candidates_of(release).waiting:
        if candidate.question == question:
            suggested_questions.accept_question(candidate, author)


def approve(stage: Stage, name: str) -> None:
    """Sign the newest revision of a release off."""
    approvals.approve(_newest(stage, name), stage.person(APPROVER))


def stop(stage: Stage, name: str, reason: str, weeks: int) -> None:
    """Stop a release on paper; ``weeks`` is how long building it was guessed to take."""
    verdicts.stop_release(_newest(stage, name), stage.person(APPROVER), reason, weeks)


def text_of(name: str, number: int, today: date) -> Document:
    """A draft of a release, with its days as far away from today as they were when written."""
    changes: dict[str, Any] = drafts_of(name)[number - 1]
    return sample.draft_text(told(name), changes, today)


def _newest(stage: Stage, name: str) -> Revision:
    revision = releases.find_newest_revision(stage.release(name))
    assert revision is not None, "a draft is frozen when it is written"
    return revision
