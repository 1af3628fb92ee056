"""The page on which members see an experiment's shared links, and make and close them."""

from flask import abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from wbtest.extensions import runtime
from wbtest.forms import add_form_error
from wbtest.publishing.models import Experiment
from wbtest.results import shared_links
from wbtest.results.forms import ShareForm
from wbtest.results.models import SharedLink
from wbtest.results.views import bp
from wbtest.store import Refused
from wbtest.team import access, rate_limits

ADDRESS = "/experiments/<int:experiment_id>/share"
# Between making a link and showing it once, its token waits in the session of who made it.
FRESH = "fresh shared link"


@bp.get(ADDRESS)
@access.requires("read")
def share(experiment_id: int) -> ResponseReturnValue:
    """Who may look from outside: every link, until when, and how often it was opened."""
    return _page(access.get(Experiment, experiment_id, "read"), _new_form())


@bp.post(f"{ADDRESS}/new")
@access.requires("approve")
@rate_limits.per_ip(60, rate_limits.HOUR)
def new_shared(experiment_id: int) -> ResponseReturnValue:
    """Make a link for somebody outside."""
    experiment = access.get(Experiment, experiment_id, "approve")
    form = ShareForm()
    status = 422
    if form.validate_on_submit():
        typed = form.label.data or "", form.days.data or 0, form.password.data or ""
        try:
            made = shared_links.make_shared(experiment, access.person(), *typed)
        except Refused as refused:
            add_form_error(form, refused)
            status = refused.status
        else:
            return _show_once(*made)
    return _page(experiment, form), status


@bp.post(f"{ADDRESS}/<int:number>/renew")
@access.requires("approve")
@rate_limits.per_ip(60, rate_limits.HOUR)
def renew_shared(experiment_id: int, number: int) -> ResponseReturnValue:
    """Give a link a new address."""
    link = _get(experiment_id, number)
    return _show_once(link, shared_links.renew_shared(link, access.person()))


@bp.post(f"{ADDRESS}/<int:number>/revoke")
@access.requires("approve")
def revoke_shared(experiment_id: int, number: int) -> ResponseReturnValue:
    """Close a link."""
    link = _get(experiment_id, number)
    shared_links.revoke_shared(link, access.person())
    flash("Link ended.")
    return redirect(url_for(".share", experiment_id=experiment_id), 303)


def _get(experiment_id: int, number: int) -> SharedLink:
    """A link of an experiment that the asking person may approve; 404 when there is none."""
    experiment = access.get(Experiment, experiment_id, "approve")
    found = next(
        (link for link in shared_links.shared_of(experiment) if link.number == number), None
    )
    if found is None:
        abort(404)
    return found


def _new_form() -> ShareForm:
    return ShareForm(None, data={"days": shared_links.USUAL_DAYS})


def _page(experiment: Experiment, form: ShareForm) -> str:
    shared = shared_links.shared_of(experiment)
    return render_template(
        "results/share.html",
        experiment=experiment,
        form=form,
        links=[(link, not shared_links.is_over(link)) for link in shared],
        fresh=_take_fresh(experiment, shared),
        usual_days=shared_links.USUAL_DAYS,
        most_links=shared_links.MOST_LINKS,
    )


def _show_once(link: SharedLink, token: str) -> ResponseReturnValue:
    session[FRESH] = [link.experiment_id, link.number, token]
    return redirect(url_for(".share", experiment_id=link.experiment_id), 303)


def _take_fresh(experiment: Experiment, shared: list[SharedLink]) -> tuple[SharedLink, str] | None:
    """The link that was just made and its address; asked once more, there is none."""
    experiment_id, number, token = session.get(FRESH, (0, 0, ""))
    found = next((link for link in shared if link.number == number), None)
    if experiment_id != experiment.id or found is None:
        return None
    # Only the page that shows it uses it up; the same page of another experiment does not.
    del session[FRESH]
    base_url = runtime().settings.base_url
    return found, f"{base_url}{url_for('.shared', token=token)}"
