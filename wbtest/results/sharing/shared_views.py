"""The door for people outside: a link shows the figures of one experiment, and leads nowhere else.

Its address is a secret, so no page behind it tells another site where it is.
"""

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.audience.browsers import agent_of, hints_of
from wbtest.audience.traffic import classify
from wbtest.config import Settings
from wbtest.downloads import as_csv, send_file
from wbtest.extensions import clock
from wbtest.moments import read_one_moment
from wbtest.problems import TITLES
from wbtest.results.dashboard.steps import funnel_steps
from wbtest.results.figures import results_of
from wbtest.results.sharing import links, passes
from wbtest.results.sharing.forms import OpenForm
from wbtest.results.sharing.models import SharedLink
from wbtest.results.sharing.outsiders import SHARED_TABLES, rows_of, shown
from wbtest.results.views import bp
from wbtest.runtime import runtime
from wbtest.store import Invalid, Refused
from wbtest.team import access, limits
from wbtest.team.forms import put_refusal
from wbtest.team.settings import get_team
from wbtest.writing import document as documents

OUTSIDE = "/shared/"
ADDRESS = f"{OUTSIDE}<token>"
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


class SharedUnknown(Refused):
    """A shared link that never was, or in whose place there is a new one."""

    status = 404


class SharedOver(Refused):
    """A shared link that was closed, or whose time is over."""

    status = 410


@bp.route(ADDRESS, methods=["GET", "POST"])
@access.public
@limits.per_ip(60, limits.QUARTER)
def shared(token: str) -> ResponseReturnValue:
    """The figures of an experiment, once the link's password was typed if it has one."""
    link = _get(token)
    if _may_open(link):
        return redirect(url_for(".shared", token=token), 303) if _is_sent() else _show(token)
    form = OpenForm()
    if form.validate_on_submit():
        try:
            passes.check_password(link, form.password.data or "")
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            return _let_in(link, token)
    return render_template("results/sharing/locked.html", form=form), 422 if _is_sent() else 200


@bp.get(f"{ADDRESS}/results.csv")
@access.public
def shared_csv(token: str) -> ResponseReturnValue:
    """A table of the page as a file; ``?table=`` says which."""
    link = _get(token)
    if not _may_open(link):
        return redirect(url_for(".shared", token=token), 303)
    table = request.args.get("table", "days")
    if table not in SHARED_TABLES:
        abort(400)
    read_one_moment()
    experiment = _get(token).experiment
    # Read here: a file is sent when the request, and with it its session, is over.
    rows = [*rows_of(table, experiment, results_of(experiment, clock.now()))]
    return send_file(as_csv(rows), f"{table}-{clock.now():%Y%m%dT%H%M%SZ}.csv")


def say_it_is_shut(error: Refused) -> ResponseReturnValue:
    """A link that opens nothing, as a page that says nothing of what it was."""
    page = render_template(
        "results/sharing/shut.html", title=TITLES[error.status], sentence=str(error)
    )
    return page, error.status


for _shut in (SharedUnknown, SharedOver):
    bp.register_error_handler(_shut, say_it_is_shut)


def keep_shared_secret(response: Response) -> Response:
    """Let no other page, search engine or cache learn of a shared page, not even of an error."""
    if request.path.startswith(OUTSIDE):
        response.headers.update(HEADERS)
    return response


def _get(token: str) -> SharedLink:
    found = links.find_shared(token)
    if found is None:
        raise SharedUnknown("This link opens nothing. Ask whoever sent it for a new one.")
    if links.is_over(found):
        raise SharedOver("This link is over. Ask whoever sent it for a new one.")
    return found


def _is_sent() -> bool:
    return request.method == "POST"


def _may_open(link: SharedLink) -> bool:
    return passes.may_open(link, request.cookies.get(passes.cookie_name(_settings()), ""))


def _show(token: str) -> str:
    link = _get(token)
    if _is_counted():
        links.note_opened(link)
    read_one_moment()
    experiment = _get(token).experiment
    found = results_of(experiment, clock.now())
    return render_template(
        "results/sharing/shared.html",
        token=token,
        link=link,
        product=documents.from_json(experiment.revision.document).product,
        team_name=get_team().name,
        time_zone=experiment.time_zone,
        **shown(found, funnel_steps(experiment, found)),
    )


def _is_counted() -> bool:
    """Whether somebody outside looks: no member, and no machine that makes a card of the link."""
    is_machine = classify(agent_of(request.environ), hints_of(request.environ)) is not None
    is_asking = request.method == "GET" and not is_machine
    return is_asking and not access.is_member()


def _let_in(link: SharedLink, token: str) -> ResponseReturnValue:
    address = url_for(".shared", token=token)
    response = redirect(address, 303)
    response.set_cookie(
        passes.cookie_name(_settings()),
        passes.make_pass(link),
        max_age=int(passes.LIFE.total_seconds()),
        path=address,
        secure=_settings().is_https,
        httponly=True,
        # Whoever follows the link from a mail again need not type the password again.
        samesite="Lax",
    )
    return response


def _settings() -> Settings:
    return runtime().settings
