"""The pages after the sign-up: thanks, the founder's questions, the price, a call, the pre-order.

The token in the address says whose answers these are. No cookie is needed, and no script.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from wbtest.audience.pages import addresses_of, of_test
from wbtest.audience.signing import steps
from wbtest.audience.signing.signups import digest
from wbtest.audience.signing.steps import Step
from wbtest.audience.views import TOKEN_PAGE, bp, check_sender, get_page_named, small
from wbtest.publishing.live_snapshot import LiveExperiment
from wbtest.publishing.page_copy import PageCopy
from wbtest.publishing.page_options import origin_of
from wbtest.store import end_reading
from wbtest.team import access, rate_limits

MOST_ANSWERS = 120
LONGEST_TOKEN = 100


def after_sign_up(live: LiveExperiment, variant: str, token: str) -> str:
    """Return where a visitor goes on to, which is the same for a new and for a known address."""
    step = steps.steps_of(live, _page_of(live, variant))[0]
    if step == "done":
        return of_test(addresses_of(live.slug).thanks, live)
    return _at(live, step, variant, token)


@bp.get("/p/<slug>/thanks")
@access.public
def thanks(slug: str) -> ResponseReturnValue:
    """What everybody sees after a sign-up, whether the address was new or not."""
    live = get_page_named(slug).live
    if not _token():
        return small(live, "thanks", step="done", is_first=True)
    return _show(live, step_sent(live, _page_of(live, _variant()), "done"))


@bp.post("/p/<slug>/answers")
@access.public
def answers(slug: str) -> ResponseReturnValue:
    """Take the answers to the founder's questions, and go on to the next step."""
    check_sender(is_from_token_page=True)
    live = get_page_named(slug).live
    _admit(live)
    given = steps.read_answers(live.options.questions, request.form)
    problems = {text for text, said in given.items() if not steps.is_taken(said)}
    if problems:
        return _show(live, "questions", 422, given=given, problems=problems)
    steps.answer(live, _token(), given)
    return redirect(_at_next(live, "questions"), 303)


@bp.post("/p/<slug>/agree")
@access.public
def agree(slug: str) -> ResponseReturnValue:
    """Take the yes or no to the price or to a call."""
    check_sender(is_from_token_page=True)
    live = get_page_named(slug).live
    _admit(live)
    page = _page_of(live, _variant())
    step = step_sent(live, page, "done")
    if step == "price" or step == "call":
        steps.agree(step, live, page, _token(), is_yes=request.form.get("agree") == "yes")
    return redirect(_at_next(live, step), 303)


@bp.post("/p/<slug>/preorder")
@access.public
def preorder(slug: str) -> ResponseReturnValue:
    """Count a click through to the pre-order, and send the visitor to the sealed link."""
    check_sender(is_from_token_page=True)
    live = get_page_named(slug).live
    _admit(live)
    if "preorder" not in live.options.asks_for:
        return redirect(_at_next(live, "preorder"), 303)
    steps.click_through(live, _token())
    return to_preorder(live)


def _admit(live: LiveExperiment) -> None:
    """Count one more answer of this sign-up. Raises RateLimited for too many.

    By the sign-up, since these steps may be what the rule counts: to refuse somebody for what
    others of their network sent would count as a no. A token that leads nowhere is anybody's, so it
    counts for its network, and as much is allowed.
    """
    token = _token()
    who = digest(token) if steps.leads_somewhere(live, token) else rate_limits.network()
    end_reading()
    rate_limits.admit(f"answers {who}", MOST_ANSWERS, rate_limits.HOUR)


def to_preorder(live: LiveExperiment) -> Response:
    """Return the way to the page for the pre-order, exactly as it was sealed."""
    return Response(status=303, headers={"Location": live.options.preorder_url})


def show_step(
    live: LiveExperiment,
    page: PageCopy,
    step: Step,
    name: str = "thanks",
    status: int = 200,
    **details: Any,
) -> Response:
    """Return a step after the sign-up as a page; ``details`` say where its form and links lead."""
    question, text = steps.question_of(step, live, page)
    # Browsers hold the page to where its form leads, also after our redirect.
    link = live.options.preorder_url if step == "preorder" else ""
    shown = {
        "step": step,
        "is_first": step == steps.steps_of(live, page)[0],
        "questions": live.options.questions,
        "question": question,
        "question_text": text,
    }
    sends_to = origin_of(link) if link else ""
    return small(live, name, status, TOKEN_PAGE, sends_to=sends_to, **shown, **details)


def step_sent(live: LiveExperiment, page: PageCopy, otherwise: Step) -> Step:
    """Return the step that the address or the form names, as far as the page has it."""
    named = request.values.get("step")
    found = [step for step in steps.steps_of(live, page) if step == named]
    return found[0] if found else otherwise


def _show(
    live: LiveExperiment,
    step: Step,
    status: int = 200,
    given: Mapping[str, str] | None = None,
    problems: set[str] | None = None,
) -> Response:
    paths = addresses_of(live.slug)
    actions = {"questions": paths.answers, "preorder": paths.preorder}
    return show_step(
        live,
        _page_of(live, _variant()),
        step,
        status=status,
        test=live.id,
        token=_token(),
        variant=_variant(),
        given=given or {},
        problems=problems or set(),
        action=actions.get(step, paths.agree),
        skip_url=_at_next(live, step),
    )


def _at_next(live: LiveExperiment, step: Step) -> str:
    """Where the visitor goes on after a step."""
    following = steps.step_after(step, live, _page_of(live, _variant()))
    return _at(live, following, _variant(), _token())


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
