"""Pages of this area: the first visit, log-in, own password, the team, and health."""

from flask import (
    Blueprint,
    abort,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from wbtest.config import Settings
from wbtest.delivery import health, outbox
from wbtest.delivery.failing import failing_jobs
from wbtest.runtime import runtime
from wbtest.store import Invalid
from wbtest.team import (
    access,
    known_devices,
    limits,
    people,
    session_cookie,
    sessions,
    settings,
    subscriptions,
)
from wbtest.team.account.asked import with_second_factor
from wbtest.team.ending import count_tokens
from wbtest.team.forms import LogInForm, PasswordForm, SetupForm, TeamForm, put_refusal
from wbtest.team.inviting.forms import InviteForm
from wbtest.team.inviting.list_views import people_part
from wbtest.team.onward import local_path
from wbtest.team.settings import get_team
from wbtest.team.setup import is_open, set_up

bp = Blueprint("team", __name__)


@bp.route("/setup/<token>", methods=["GET", "POST"])
@access.public
def setup(token: str) -> ResponseReturnValue:
    """The first visit: make the owner and the team, once."""
    if not is_open(token):
        abort(404)
    form = SetupForm()
    if form.validate_on_submit():
        given = {name: typed for name, typed in form.data.items() if name != "csrf_token"}
        try:
            person = set_up(token, **given)
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            return let_in(sessions.open_session(person), "/")
    response = make_response(render_template("team/setup.html", form=form), _status(form))
    # The address is a secret; no other page shall learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.route("/login", methods=["GET", "POST"])
@access.public
@limits.per_ip(100, limits.QUARTER)
def login() -> ResponseReturnValue:
    """Log in, and go on to where one wanted to go."""
    onward = local_path(request.args.get("next", ""))
    if access.find_person() is not None:
        return redirect(onward, 303)
    form = LogInForm()
    if form.validate_on_submit():
        try:
            token = sessions.log_in(form.email.data or "", form.password.data or "", own_token())
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            return let_in(token, onward)
    return render_template("team/login.html", form=form), _status(form)


@bp.post("/logout")
@access.public
def logout() -> ResponseReturnValue:
    """End this device's session."""
    sessions.log_out(own_token())
    # What waited to be shown once, such as a new token, is not for whoever comes next.
    session.clear()
    response = redirect(url_for(".login"), 303)
    _keep(response, "", 0)
    return response


@bp.route("/password", methods=["GET", "POST"])
@access.own_log_in
@access.proved_in_form
def password() -> ResponseReturnValue:
    """Change one's own password. Every other device is logged out, and this one's token is new."""
    form = PasswordForm()
    form.offer(count_tokens(access.person()))
    if form.validate_on_submit():
        typed = form.old_password.data or "", form.new_password.data or ""
        try:
            ends = form.is_wanted()
            token = sessions.change_password(access.person(), *typed, ends_tokens=ends)
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            tokens = " Your API tokens are ended." if ends else ""
            flash(f"Your password is changed. All other devices are logged out.{tokens}")
            return let_in(token, url_for(".account"))
    return render_template("team/password.html", form=form), _status(form)


@bp.get("/team")
@access.requires("read")
def team() -> ResponseReturnValue:
    """Who is in the team, and who answers for its pages."""
    return team_page()


@bp.post("/team")
@access.requires("own")
def change_team() -> ResponseReturnValue:
    """Change the team's name and who answers for its pages."""
    form = TeamForm()
    if form.validate_on_submit():
        try:
            settings.change_team(
                name=form.team_name.data or "",
                controller=form.controller.data or "",
                contact_email=form.contact_email.data or "",
            )
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            flash("Saved. New visitors read it from now on.")
            return redirect(url_for(".team"), 303)
    return team_page(form), 422


@bp.get("/healthz")
@access.public
def healthz() -> ResponseReturnValue:
    """Whether this process answers, and which instance it is of."""
    return jsonify(ok=True, instance=health.instance_id(_settings()))


@bp.get("/doctor/<token>")
@access.public
def doctor(token: str) -> ResponseReturnValue:
    """Whether we take the IP that `wbtest doctor` made up for its own; for nobody else."""
    if not health.is_doctor(_settings(), token):
        abort(404)
    return jsonify(believed=request.remote_addr == health.MADE_UP_IP)


@bp.get("/readyz")
@access.public
def readyz() -> ResponseReturnValue:
    """Whether everything that the product needs is there; 503 names what is not.

    With how much waits in this process to be stored, and how long that took of late.
    """
    wrong = health.find_troubles(_settings())
    _, length, seconds = health.queue()
    state = {"length": length, "seconds_to_commit": seconds}
    return jsonify(ok=not wrong, wrong=wrong, queue=state), 503 if wrong else 200


def team_page(form: TeamForm | None = None, invite_form: InviteForm | None = None) -> str:
    """The team's page; a form that was refused shows what was typed."""
    members = people.members()
    ids = [member.person_id for member in members] if access.has_permission("own") else []
    return render_template(
        "team/team.html",
        form=form or TeamForm(None, data=_facts_of_team()),
        members=members,
        with_second_factor=with_second_factor(ids),
        mails=outbox.counts_by_state(),
        queue=outbox.queue_of(),
        failed_events=sum(counts["failed"] for counts in subscriptions.counts_of().values()),
        has_mail_server=has_mail_server(),
        failing=failing_jobs(),
        **people_part(invite_form),
    )


def has_mail_server() -> bool:
    """Whether mail leaves by now."""
    return bool(_settings().mail_url)


def _facts_of_team() -> dict[str, str]:
    team = get_team()
    return {
        "team_name": team.name,
        "controller": team.controller,
        "contact_email": team.contact_email,
    }


def _settings() -> Settings:
    return runtime().settings


def _status(form: object) -> int:
    return 422 if getattr(form, "errors", None) else 200


def own_token() -> str:
    """The token of this browser's session, or ''."""
    return session_cookie.own_token()


def say_no_team(error: access.NoTeam) -> ResponseReturnValue:
    """A page for somebody who may log in and is not in the team, whatever they asked for."""
    page = render_template("team/no_team.html", title=error.title, sentence=str(error))
    return page, error.status


def let_in(token: str, onward: str) -> Response:
    """Go on to a page of ours, with the session of this token from now on."""
    response = redirect(onward, 303)
    if person := sessions.find_person_by_token(token):
        known_devices.remember(response, person.email)
    _keep(response, token, int(sessions.LIFE.total_seconds()))
    return response


def _keep(response: Response, token: str, seconds: int) -> None:
    response.set_cookie(
        session_cookie.cookie_name(_settings()),
        token,
        max_age=seconds,
        secure=_settings().is_https,
        httponly=True,
        samesite="Lax",
    )
