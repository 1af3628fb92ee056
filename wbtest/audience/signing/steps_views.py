"""The pages after the sign-up: thanks, the founder's questions, then a call or a yes to the price.

The token in the address says whose answers these are. No cookie is needed, and no script.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from wbtest.audience.live_pages import LivePage
from wbtest.audience.pages import addresses_of, of_test
from wbtest.audience.signing import steps
from wbtest.audience.signing.steps import Step
from wbtest.audience.views import TOKEN_PAGE, bp, check_sender, get_page_named, small
from wbtest.publishing.copy import PageCopy
from wbtest.publishing.live import LiveExperiment
from wbtest.publishing.strings import strings_of
from wbtest.team import access, limits

MOST_ANSWERS = 120
LONGEST_TOKEN = 100


def after_sign_up(live: LiveExperiment, variant: str, token: str) -> str:
    """Return where a visitor goes on to, which is the same for a new and for a known address."""
    step = steps.first_step(live, _page_of(live, variant))
    if step == "done":
        return of_test(addresses_of(live.slug).thanks, live)
    return _at(live, step, variant, token)


@bp.get("/p/<slug>/thanks")
@access.public
def thanks(slug: str) -> ResponseReturnValue:
    """What everybody sees after a sign-up, whether the address was new or not."""
    found = get_page_named(slug)
    if not _token():
        return small(found.live, "thanks", step="", is_first=True)
    return _show(found)


@bp.post("/p/<slug>/answers")
@access.public
@limits.per_ip(MOST_ANSWERS, limits.HOUR)
def answers(slug: str) -> ResponseReturnValue:
    """Take the answers to the founder's questions, and go on to the last step."""
    check_sender(is_from_token_page=True)
    found = get_page_named(slug)
    live = found.live
    given = steps.read_answers(live.options.questions, request.form)
    problems = {text for text, said in given.items() if not steps.is_taken(said)}
    if problems:
        return _show(found, 422, given=given, problems=problems)
    steps.answer(live, _token(), given)
    step = steps.next_step(live, _page_of(live, _variant()))
    return redirect(_at(live, step, _variant(), _token()), 303)


@bp.post("/p/<slug>/agree")
@access.public
@limits.per_ip(MOST_ANSWERS, limits.HOUR)
def agree(slug: str) -> ResponseReturnValue:
    """Take the yes or no to a call or to the price."""
    check_sender(is_from_token_page=True)
    live = get_page_named(slug).live
    page = _page_of(live, _variant())
    steps.agree(live, page, _token(), is_yes=request.form.get("agree") == "yes")
    return redirect(_at(live, "done", _variant(), _token()), 303)


def _show(
    found: LivePage,
    status: int = 200,
    given: Mapping[str, str] | None = None,
    problems: set[str] | None = None,
) -> Response:
    live = found.live
    page = _page_of(live, _variant())
    first = steps.first_step(live, page)
    step = _step(live, page) if status == 200 else "questions"
    paths, strings = addresses_of(live.slug), strings_of(page)
    text = strings.call_text if live.options.asks_for == "call" else strings.price_text
    return small(
        live,
        "thanks",
        status,
        TOKEN_PAGE,
        step=step,
        is_first=step == first,
        test=live.id,
        token=_token(),
        variant=_variant(),
        questions=live.options.questions,
        given=given or {},
        problems=problems or set(),
        question=steps.last_question(live, page),
        question_text=text.format(product=page.product),
        answers_url=paths.answers,
        agree_url=paths.agree,
        skip_url=_at(live, _following(live, page, step), _variant(), _token()),
    )


def _step(live: LiveExperiment, page: PageCopy) -> Step:
    """The step that the address names, as far as the page has it."""
    named = request.args.get("step", "")
    if named == "questions" and live.options.questions:
        return "questions"
    return steps.next_step(live, page) if named == "last" else "done"


def _following(live: LiveExperiment, page: PageCopy, step: Step) -> Step:
    return steps.next_step(live, page) if step == "questions" else "done"


def _at(live: LiveExperiment, step: Step, variant: str, token: str) -> str:
    query = urlencode({"test": live.id, "step": step, "of": variant, "next": token})
    return f"{addresses_of(live.slug).thanks}?{query}"


def _page_of(live: LiveExperiment, variant: str) -> PageCopy:
    """The words of the variant that was shown, whose price is asked about; else the control's."""
    return (live.find_variant(variant) or live.control).page


def _variant() -> str:
    return request.values.get("of", "")[:LONGEST_TOKEN]


def _token() -> str:
    return request.values.get("next", "")[:LONGEST_TOKEN]
