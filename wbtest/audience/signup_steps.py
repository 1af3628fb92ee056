"""The steps after the address: the founder's questions, the price, a call, the pre-order.

Each may be left out. They are stored with the sign-up whose token is sent along, for a day or the
sealed window; no cookie is needed, and no script. Of answers the last ones stand, of a yes the
first. A token that leads nowhere is treated alike, so nobody learns from it whether an address was
there before.

Somebody on the team tries all this on a preview, with their own address. Their mail is a real one,
so that the launch check knows whether mail arrives; nothing is counted.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.audience import email_addresses, forms, signup_mail
from wbtest.audience.models import Signup
from wbtest.audience.page_renderer import path_of_test, paths_of
from wbtest.audience.recording import counting_rules, rollup
from wbtest.audience.views import (
    TOKEN_PAGE,
    bp,
    check_sender,
    get_page_named,
    get_preview,
    link_over,
    show_closed,
    show_preview,
    small_page,
)
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import clock, db, runtime
from wbtest.publishing.live_snapshot import LiveExperiment
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_copy import PageCopy
from wbtest.publishing.page_options import (
    ASKS_FOR,
    AsksFor,
    FirstMail,
    FollowUpQuestion,
    host_of,
    origin_of,
)
from wbtest.publishing.page_strings import strings_of
from wbtest.store import end_reading, hold, writing
from wbtest.team import access, rate_limits
from wbtest.team.models import Person
from wbtest.writing.text_rules import find_fault, with_plain_breaks

Step = Literal["questions", AsksFor, "done"]
YesOrNo = Literal["price", "call"]
LONGEST_ANSWER = 1_000
OPEN_SECONDS = 86_400
MOST_ANSWERS = 120
LONGEST_TOKEN = 100
# The first part of what stands in the place of a token in the links of the mail.
TRY = "try"


def steps_of(live: LiveExperiment, page: PageCopy) -> tuple[Step, ...]:
    """Return what a page with these words asks after the sign-up, in order; ``done`` comes last.

    A page without a price cannot ask for a yes to it.
    """
    asked: list[Step] = [step for step in ASKS_FOR if step in live.options.asks_for]
    if not page.price:
        asked = [step for step in asked if step != "price"]
    return ("questions", *asked, "done") if live.options.questions else (*asked, "done")


def step_after(step: Step, live: LiveExperiment, page: PageCopy) -> Step:
    """Return the step that follows this one on a page with these words."""
    steps = steps_of(live, page)
    return steps[steps.index(step) + 1] if step in steps[:-1] else "done"


def question_of(step: Step, live: LiveExperiment, page: PageCopy) -> tuple[str, str]:
    """Return what a step asks, and the sentence below it; '' where it is not one question."""
    strings, product = strings_of(page), page.product
    if step == "price":
        # The sentence around it has a full stop of its own.
        price = page.price.strip().rstrip(".。")
        asked = strings.price_question.format(product=product, price=price)
        return asked, strings.price_text.format(product=product)
    if step == "call":
        asked = strings.call_question.format(product=product)
        return asked, strings.call_text.format(product=product)
    if step == "preorder":
        asked = strings.preorder_question.format(product=product)
        host = host_of(live.options.preorder_url)
        return asked, strings.preorder_text.format(product=product, host=host)
    return "", ""


def read_answers(
    questions: tuple[FollowUpQuestion, ...], given: Mapping[str, str]
) -> dict[str, str]:
    """Return each question with what was answered under ``answer-0``, …; without empty ones.

    What is not one of the choices is no answer.

    >>> read_answers((FollowUpQuestion("Where?", ("Here", "There")),), {"answer-0": "Here"})
    {'Where?': 'Here'}
    """
    typed = {
        question: with_plain_breaks(given.get(f"answer-{index}", "")).strip()
        for index, question in enumerate(questions)
    }
    return {
        question.text: text
        for question, text in typed.items()
        if text and (not question.choices or text in question.choices)
    }


def is_taken(answer: str) -> bool:
    """Whether an answer can be stored as it is."""
    return not find_fault(answer, LONGEST_ANSWER)


def leads_somewhere(live: LiveExperiment, token: str) -> bool:
    """Whether a sign-up waits for answers under this token."""
    is_it = (Signup.experiment_id == live.id) & (Signup.answer_hash == signup_mail.hash_of(token))
    return bool(token) and db.session.scalar(sa.select(sa.exists().where(is_it))) is True


def store_answers(live: LiveExperiment, token: str, answers: Mapping[str, str]) -> None:
    """Keep the answers to the founder's questions; none at all takes earlier ones back."""
    asked = {question.text for question in live.options.questions}

    def change(row: Any, now_us: int) -> dict[str, Any]:
        others = {text: said for text, said in _read(row).items() if text not in asked}
        answered_us = now_us if answers else None
        return {"answers": _write({**answers, **others}), "answered_us": answered_us}

    _note(live, token, change)


def store_agreement(
    step: YesOrNo, live: LiveExperiment, page: PageCopy, token: str, *, is_yes: bool
) -> None:
    """Keep the yes or no to the price or a call, in the words in which it was asked and said.

    The first yes stands, as a confirmation does: it may be what the rule counts. A no may still
    become a yes.
    """
    strings = strings_of(page)
    question, _ = question_of(step, live, page)
    moment = f"{step}_us"

    def change(row: Any, now_us: int) -> dict[str, Any]:
        if getattr(row, moment) is not None:
            return {}
        said = {question: strings.yes if is_yes else strings.no}
        return {
            "answers": _write({**_read(row), **said}),
            moment: now_us if is_yes else None,
            f"{step}_no_us": None if is_yes else now_us,
        }

    _note(live, token, change)


def store_click_through(live: LiveExperiment, token: str) -> None:
    """Keep that somebody goes on to the pre-order; the first click stands."""

    def change(row: Any, now_us: int) -> dict[str, Any]:
        return {"preorder_us": now_us} if row.preorder_us is None else {}

    _note(live, token, change)


def _note(live: LiveExperiment, token: str, change: Callable[[Any, int], dict[str, Any]]) -> None:
    """Change the sign-up of this token, if there is one whose steps may still be answered."""
    now_us = counting_rules.microseconds_of(clock.now())
    # What may still convert is taken.
    seconds = max(OPEN_SECONDS, live.window_hours * 3600)

    def change_if_open(row: Any) -> dict[str, Any]:
        is_open = now_us - row.at_us <= seconds * counting_rules.MICROSECONDS
        return change(row, now_us) if is_open else {}

    if token:
        with writing() as session:
            rollup.note_steps(session, live.id, signup_mail.hash_of(token), change_if_open)


def _read(row: Any) -> dict[str, str]:
    found: dict[str, str] = json.loads(row.answers) if row.answers else {}
    return found


def _write(answers: Mapping[str, str]) -> str:
    return json.dumps(answers, ensure_ascii=False) if answers else ""


def after_sign_up(live: LiveExperiment, variant: str, token: str) -> str:
    """Return where a visitor goes on to, which is the same for a new and for a known address."""
    step = steps_of(live, _page_of(live, variant))[0]
    if step == "done":
        return _redirect_of(live) or path_of_test(paths_of(live.slug, live.host).thanks, live)
    return _thanks_url(live, step, variant, token)


@bp.get("/p/<slug>/thanks")
@access.public
def thanks(slug: str) -> ResponseReturnValue:
    """What everybody sees after a sign-up, whether the address was new or not."""
    found = get_page_named(slug)
    live = found.live
    if not _token():
        # Once nobody can have signed up just now, what this page promises may be done.
        takes = found.is_within_window(clock.now().timestamp()) or bool(live.waiting)
        if live.state == "ended" and not takes:
            return show_closed(live)
        return small_page(live, "thanks", step="done", is_first=True)
    return _show(live, step_sent(live, _page_of(live, _variant()), "done"))


@bp.post("/p/<slug>/answers")
@access.public
def answers(slug: str) -> ResponseReturnValue:
    """Take the answers to the founder's questions, and go on to the next step."""
    check_sender(is_from_token_page=True)
    live = get_page_named(slug).live
    _admit(live)
    given = read_answers(live.options.questions, request.form)
    problems = {text for text, said in given.items() if not is_taken(said)}
    if problems:
        return _show(live, "questions", 422, given=given, problems=problems)
    store_answers(live, _token(), given)
    return go_to(_next_url(live, "questions"))


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
        store_agreement(step, live, page, _token(), is_yes=request.form.get("agree") == "yes")
    return go_to(_next_url(live, step))


@bp.post("/p/<slug>/preorder")
@access.public
def preorder(slug: str) -> ResponseReturnValue:
    """Count a click through to the pre-order, and send the visitor to the sealed link."""
    check_sender(is_from_token_page=True)
    live = get_page_named(slug).live
    _admit(live)
    if "preorder" not in live.options.asks_for:
        return go_to(_next_url(live, "preorder"))
    store_click_through(live, _token())
    return go_to(live.options.preorder_url)


def _admit(live: LiveExperiment) -> None:
    """Count one more answer of this sign-up. Raises RateLimited for too many.

    By the sign-up, since these steps may be what the rule counts: to refuse somebody for what
    others of their network sent would count as a no. A token that leads nowhere is anybody's, so it
    counts for its network, and as much is allowed.
    """
    token = _token()
    who = signup_mail.hash_of(token) if leads_somewhere(live, token) else rate_limits.network()
    end_reading()
    rate_limits.admit(f"answers {who}", MOST_ANSWERS, rate_limits.HOUR)


def go_to(url: str) -> Response:
    """Return the way to this address of ours, or to a link exactly as it was sealed."""
    return Response(status=303, headers={"Location": url})


def show_step(
    live: LiveExperiment,
    page: PageCopy,
    step: Step,
    status: int = 200,
    **details: Any,
) -> Response:
    """Return a step after the sign-up as a page; ``details`` say where its form and links lead."""
    question, text = question_of(step, live, page)
    # Browsers hold the page to where its form leads, also after our redirect.
    link = live.options.preorder_url
    sends_to = origin_of(link) if step == "preorder" else live.options.redirect_origin
    shown = {
        "step": step,
        "is_first": step == steps_of(live, page)[0],
        "questions": live.options.questions,
        "question": question,
        "question_text": text,
    }
    return small_page(live, "thanks", status, TOKEN_PAGE, sends_to=sends_to, **shown, **details)


def step_sent(live: LiveExperiment, page: PageCopy, otherwise: Step) -> Step:
    """Return the step that the address or the form names, as far as the page has it."""
    named = request.values.get("step")
    found = [step for step in steps_of(live, page) if step == named]
    return found[0] if found else otherwise


def _show(
    live: LiveExperiment,
    step: Step,
    status: int = 200,
    given: Mapping[str, str] | None = None,
    problems: set[str] | None = None,
) -> Response:
    paths = paths_of(live.slug, live.host)
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
        skip_url=_next_url(live, step),
    )


def _next_url(live: LiveExperiment, step: Step) -> str:
    """Where the visitor goes on after a step."""
    following = step_after(step, live, _page_of(live, _variant()))
    out = _redirect_of(live) if following == "done" else ""
    return out or _thanks_url(live, following, _variant(), _token())


def _redirect_of(live: LiveExperiment) -> str:
    """The link that takes the place of the last page, '' where that page is shown.

    Visitors who are asked to confirm must read that, so they're sent on once they did.
    """
    is_last = not runtime().renderer.first_mail(live).asks_to_confirm
    return live.options.link_url if live.options.link_redirects and is_last else ""


def _thanks_url(live: LiveExperiment, step: Step, variant: str, token: str) -> str:
    query = urlencode({"test": live.id, "step": step, "of": variant, "next": token})
    return f"{paths_of(live.slug, live.host).thanks}?{query}"


def _page_of(live: LiveExperiment, variant: str) -> PageCopy:
    """The words of the variant that was shown, whose price is asked about; else the control's."""
    return (live.find_variant(variant) or live.control).page


def _variant() -> str:
    return request.values.get("of", "")[:LONGEST_TOKEN]


def _token() -> str:
    return request.values.get("next", "")[:LONGEST_TOKEN]


def is_own(person: Person, email_key: str) -> bool:
    """Whether this is the address with which the person logs in."""
    try:
        return email_addresses.read_email(person.email)[1] == email_key
    except email_addresses.NotAnEmail:
        return False


def try_sign_up(
    experiment: Experiment, live: LiveExperiment, person: Person, mail: FirstMail, base_url: str
) -> None:
    """Queue the ``mail`` of a sign-up to the person, and remember that somebody tried."""
    with writing():
        hold(experiment)
        experiment.tried_at, experiment.tried_message_id = clock.now(), ""
        if mail.is_sent:
            letter = signup_mail.welcome_mail(live, base_url, f"{TRY}/{live.slug}", mail)
            queued = queue_mail(
                recipient=person.email,
                subject=letter.subject,
                body=letter.body,
                leave_url=letter.leave_url,
                experiment_id=experiment.id,
            )
            experiment.tried_message_id = queued.message_id


def take_try(slug: str) -> ResponseReturnValue:
    """Answer a sign-up on a preview: of the team, with the own address, a try; else nothing."""
    live, variant = get_preview(slug)
    if not access.is_member():
        return show_preview(slug, 409)
    form = forms.SignupForm(strings_of(variant.page), request.form)
    if not form.validate():
        return show_preview(slug, 422, form=form)
    person = access.person()
    if not is_own(person, form.address[1]):
        line = f"This is a preview, so use your own email: {person.email}."
        return show_preview(slug, 422, form=form, line=line)
    experiment = db.session.get_one(Experiment, live.id)
    try_sign_up(
        experiment, live, person, runtime().renderer.first_mail(live), runtime().renderer.base_url
    )
    return redirect(_tried(live), 303)


@bp.route("/p/<slug>/tried", methods=["GET", "POST"])
@access.public
def tried(slug: str) -> ResponseReturnValue:
    """What a visitor sees after the sign-up, step by step, for somebody of the team who tried it.

    Nothing that is sent from here is kept.
    """
    if "preview" not in request.args:
        abort(404)
    live, variant = get_preview(slug)
    step = step_sent(live, variant.page, steps_of(live, variant.page)[0])
    onward = _tried(live, step=step_after(step, live, variant.page))
    if request.method == "POST":
        check_sender(is_from_token_page=True)
        return go_to(live.options.preorder_url if step == "preorder" else onward)
    return show_step(
        live,
        variant.page,
        step,
        test=live.id,
        token="",
        variant=variant.key,
        given={},
        problems=set(),
        action=_tried(live, step=step),
        skip_url=onward,
        back_url=f"/p/{live.slug}?preview={request.args['preview']}",
        way_on=_way_on(live),
    )


def _tried(live: LiveExperiment, **query: str) -> str:
    """The address of the pages after a try, with the preview's token."""
    return f"/p/{live.slug}/tried?{urlencode({'preview': request.args['preview'], **query})}"


def _way_on(live: LiveExperiment) -> str:
    """Where somebody of the team goes on: the launch check, if it is theirs, else the test."""
    if not access.is_member():
        return ""
    is_to_launch = live.state == "draft" and access.has_permission("edit")
    page = "publishing.launch" if is_to_launch else "ideas.experiment"
    return url_for(page, experiment_id=live.id)


@bp.get("/confirm/try/<_slug>")
@bp.get("/mine/try/<_slug>")
@bp.route("/leave/try/<_slug>", methods=["GET", "POST"])
@access.public
def tried_link(_slug: str) -> ResponseReturnValue:
    """Where the links of a try's mail lead, and what a mail program's own button posts to."""
    return link_over(200, is_try=True)
