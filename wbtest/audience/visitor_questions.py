"""A visitor's question, sent by the form under a page's FAQ.

It waits for the team beside the release and is tied to nobody.
"""

import logging

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from wbtest.audience import live_pages, page_renderer, traffic
from wbtest.audience.views import (
    bp,
    check_sender,
    exclusion_of,
    get_page,
    get_page_named,
    get_pages,
    show_preview,
    small_page,
)
from wbtest.extensions import clock, db
from wbtest.forms import form_on
from wbtest.publishing import live_snapshot, page_strings
from wbtest.publishing.models import Experiment
from wbtest.store import Invalid, RateLimited, Refused
from wbtest.team import access, rate_limits
from wbtest.writing.suggested_questions import propose_question

log = logging.getLogger(__name__)
MOST_QUESTIONS = 20
# What says who asked begins with one of these, and ends with the page.
VISITOR = "a visitor of /p/"
_UNCOUNTED = "an uncounted visitor of /p/"
_TEAM = "the team, on /p/"


def takes_questions(found: live_pages.LivePage, at: float) -> bool:
    """Whether a visitor may ask on this page at ``at``, in seconds since 1970.

    Who has it open may do so for as long as they may sign up.
    """
    live = found.live
    # Where some variant of the page answers questions, one may be missing.
    kinds = {section.kind for variant in live.variants for section in variant.page.sections}
    return live.options.takes_questions and "faq" in kinds and found.is_within_window(at)


def visitors_of(slug: str) -> tuple[str, str]:
    """Return what a question of this page says of who asked, if a visitor did."""
    return f"{VISITOR}{slug}", f"{_UNCOUNTED}{slug}"


def submit_question(live: live_snapshot.LiveExperiment, question: str, reason: str = "") -> None:
    """Let the question wait for the team; one that waits already is counted once more.

    ``reason`` is why who asks doesn't count, '' when they do.
    Raises Invalid for a question that cannot be used, TooManyQuestions when too many wait.
    """
    experiment = db.session.get_one(Experiment, live.id)
    release = experiment.revision.release
    who = _TEAM if reason == "team" else _UNCOUNTED if reason else VISITOR
    propose_question(release, "external", question, f"{who}{live.slug}")


@bp.route("/p/<slug>/ask", methods=["GET", "POST"])
@access.public
@form_on(".page")
def ask(slug: str) -> ResponseReturnValue:
    """Take a question. What cannot be taken comes back with what was typed."""
    check_sender()
    if "preview" in request.args:
        return show_preview(slug, 409)
    found = get_page_named(slug)
    question = request.form.get("question", "")
    at = clock.now().timestamp()
    # What comes too late for its own test is taken by the next one, if that takes questions.
    taking = [each for each in (found, get_pages(slug)[-1]) if takes_questions(each, at)]
    live = (taking or [found])[0].live
    strings = page_strings.strings_of(live.control.page)
    if not taking:
        return _again(live, question, 409, strings.ask_over.format(contact=live.contact))
    try:
        rate_limits.admit(f"questions {rate_limits.network()}", MOST_QUESTIONS, rate_limits.HOUR)
        # What a machine asks nobody needs to read.
        if not request.form.get("website") and not traffic.classify(
            traffic.agent_of(request.environ)
        ):
            submit_question(live, question, _reason_of(taking[0]))
    except RateLimited as error:
        return _again(live, question, 429, strings.busy, error.seconds)
    except Invalid:
        sentence = strings.ask_long if question.strip() else strings.ask_missing
        return _again(live, question, 422, sentence)
    except (Refused, SQLAlchemyError) as error:
        log.warning("a question for /p/%s was not stored: %s", live.slug, type(error).__name__)
        return _again(live, question, 503, strings.try_later, 60)
    return redirect(page_renderer.paths_of(live.slug, live.host).asked, 303)


@bp.get("/p/<slug>/asked")
@access.public
def asked(slug: str) -> ResponseReturnValue:
    """What everybody sees who has asked something."""
    return small_page(get_page(slug).live, "asked", sentence="")


def _reason_of(found: live_pages.LivePage) -> str:
    """Why who asks on this page doesn't count, '' when they do."""
    if reason := exclusion_of(found):
        return reason
    visitor = found.find_visitor(request.environ)
    return visitor.excluded_because if visitor else found.exclusion_of(request.environ)


def _again(
    live: live_snapshot.LiveExperiment, question: str, status: int, sentence: str, seconds: int = 0
) -> Response:
    response = small_page(
        live,
        "asked",
        status,
        sentence=sentence,
        question=question,
        ask_url=page_renderer.question_path(live),
    )
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response
