"""A visitor's question: it waits for the team beside the release, and is tied to nobody."""

from wbtest.audience.live_pages import LivePage
from wbtest.extensions import db
from wbtest.publishing.live_snapshot import LiveExperiment
from wbtest.publishing.models import Experiment
from wbtest.writing.suggested_questions import propose_question


def has_faq(live: LiveExperiment) -> bool:
    """Whether some variant of the page answers questions, so that one may be missing."""
    kinds = {section.kind for variant in live.variants for section in variant.page.sections}
    return "faq" in kinds


def takes_questions(found: LivePage, at: float) -> bool:
    """Whether a visitor may ask on this page at ``at``, in seconds since 1970.

    Who has it open may do so for as long as they may sign up.
    """
    live = found.live
    return live.options.takes_questions and has_faq(live) and found.is_within_window(at)


def ask(live: LiveExperiment, question: str) -> None:
    """Let the question wait for the team; one that waits already is counted once more.

    Raises Invalid for a question that cannot be used, TooMany when too many wait.
    """
    experiment = db.session.get_one(Experiment, live.id)
    release = experiment.revision.release
    propose_question(release, "external", question, f"a visitor of /p/{live.slug}")
