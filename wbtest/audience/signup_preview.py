"""A try of the sign-up: somebody on the team leaves their own address on a preview.

The mail is a real one, so that the launch check knows whether mail arrives. Without a mail server
there is none, as for visitors. Nothing is counted.
"""

from urllib.parse import urlencode

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.audience import signup_mail
from wbtest.audience.email_addresses import NotAnEmail, read_email
from wbtest.audience.forms import SignupForm
from wbtest.audience.signup_steps import show_step, step_after, step_sent, steps_of, to_preorder
from wbtest.audience.views import TOKEN_PAGE, bp, check_sender, get_preview, renderer, show_preview
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import clock, db
from wbtest.publishing.live_snapshot import LiveExperiment
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_options import FirstMail
from wbtest.publishing.page_strings import strings_of
from wbtest.store import hold, writing
from wbtest.team import access
from wbtest.team.models import Person

# The first part of what stands in the place of a token in the links of the mail.
TRY = "try"


def is_own(person: Person, email_key: str) -> bool:
    """Whether this is the address with which the person logs in."""
    try:
        return read_email(person.email)[1] == email_key
    except NotAnEmail:
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
                html=letter.html,
                leave_url=letter.leave_url,
            )
            experiment.tried_message_id = queued.message_id


def take_try(slug: str) -> ResponseReturnValue:
    """Answer a sign-up on a preview: of the team, with the own address, a try; else nothing."""
    live, variant = get_preview(slug)
    if not access.is_member():
        return show_preview(slug, 409)
    form = SignupForm(strings_of(variant.page), request.form)
    if not form.validate():
        return show_preview(slug, 422, form=form)
    person = access.person()
    if not is_own(person, form.address[1]):
        line = f"This is a preview, so use your own email: {person.email}."
        return show_preview(slug, 422, form=form, line=line)
    experiment = db.session.get_one(Experiment, live.id)
    try_sign_up(experiment, live, person, renderer().first_mail(live), renderer().base_url)
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
        return to_preorder(live) if step == "preorder" else redirect(onward, 303)
    return show_step(
        live,
        variant.page,
        step,
        "tried",
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
    response = Response(renderer().try_link(), 200, renderer().headers())
    response.headers.update(TOKEN_PAGE)
    return response
