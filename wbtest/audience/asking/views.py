"""The form under the questions of a page, by which a visitor asks one more."""

import logging

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from wbtest.audience.asking import questions as asking
from wbtest.audience.browsers import agent_of
from wbtest.audience.pages import addresses_of, ask_address
from wbtest.audience.traffic import classify
from wbtest.audience.views import bp, check_sender, get_page, get_page_named, show_preview, small
from wbtest.extensions import clock
from wbtest.publishing.live_snapshot import LiveExperiment
from wbtest.publishing.page_strings import strings_of
from wbtest.store import Invalid, RateLimited, Refused
from wbtest.team import access, rate_limits

log = logging.getLogger(__name__)

MOST_QUESTIONS = 20


@bp.post("/p/<slug>/ask")
@access.public
def ask(slug: str) -> ResponseReturnValue:
    """Take a question. What cannot be taken comes back with what was typed."""
    check_sender()
    if "preview" in request.args:
        return show_preview(slug, 409)
    found = get_page_named(slug)
    question = request.form.get("question", "")
    at = clock.now().timestamp()
    # What comes too late for its own test is taken by the next one, if that takes questions.
    taking = [each for each in (found, get_page(slug)) if asking.takes_questions(each, at)]
    live = (taking or [found])[0].live
    strings = strings_of(live.control.page)
    if not taking:
        return _again(live, question, 409, strings.ask_over.format(contact=live.contact))
    try:
        rate_limits.admit(f"questions {rate_limits.network()}", MOST_QUESTIONS, rate_limits.HOUR)
        # What a machine asks nobody needs to read.
        if not request.form.get("website") and not classify(agent_of(request.environ)):
            asking.ask(live, question)
    except RateLimited as error:
        return _again(live, question, 429, strings.busy, error.seconds)
    except Invalid:
        sentence = strings.ask_long if question.strip() else strings.ask_missing
        return _again(live, question, 422, sentence)
    except (Refused, SQLAlchemyError) as error:
        log.warning("a question for /p/%s was not stored: %s", live.slug, type(error).__name__)
        return _again(live, question, 503, strings.try_later, 60)
    return redirect(addresses_of(live.slug).asked, 303)


@bp.get("/p/<slug>/asked")
@access.public
def asked(slug: str) -> ResponseReturnValue:
    """What everybody sees who has asked something."""
    return small(get_page(slug).live, "asked", sentence="")


def _again(
    live: LiveExperiment, question: str, status: int, sentence: str, seconds: int = 0
) -> Response:
    response = small(
        live,
        "asked",
        status,
        sentence=sentence,
        question=question,
        ask_url=ask_address(live),
    )
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response
