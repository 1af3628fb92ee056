"""The forms of the card with tracking links, and the QR codes of these links."""

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.forms import add_form_error, form_on
from wbtest.publishing import off_site_form, tracking_links
from wbtest.publishing.experiments import propose_slug
from wbtest.publishing.forms import LinksForm, SitesForm
from wbtest.publishing.models import Experiment, TrackingLink
from wbtest.publishing.own_hosts import page_url
from wbtest.publishing.qr_codes import draw_png, draw_svg
from wbtest.publishing.views import bp, experiment_page
from wbtest.store import Invalid
from wbtest.team import access


@bp.route("/experiments/<int:experiment_id>/links", methods=["GET", "POST"])
@access.requires("edit")
@form_on("ideas.experiment")
def add_links(experiment_id: int) -> ResponseReturnValue:
    """Add a link for each source that was typed, or for the channel of a button."""
    experiment = access.get(Experiment, experiment_id, "edit")
    form = LinksForm()
    source, medium, campaign = (form[name].data or "" for name in ("source", "medium", "campaign"))
    if channel := request.form.get("channel"):
        source = channel
    try:
        added = tracking_links.add_links(experiment, access.person(), source, medium, campaign)
    except Invalid as error:
        add_form_error(form, error)
        return experiment_page(experiment, 422, form)
    flash("Link added." if len(added) == 1 else f"{len(added)} links added.")
    return _back(experiment, added[0].key)


@bp.route("/experiments/<int:experiment_id>/off-site-form", methods=["GET", "POST"])
@access.requires("edit")
@form_on("ideas.experiment")
def change_off_site_form(experiment_id: int) -> ResponseReturnValue:
    """Let the listed sites, and no others, send the form to copy."""
    experiment = access.get(Experiment, experiment_id, "edit")
    form = SitesForm()
    try:
        off_site_form.set_sites(experiment, access.person(), form.sites.data or "")
    except Invalid as error:
        add_form_error(form, error)
        return experiment_page(experiment, 422, form)
    flash("Sites saved.")
    page = url_for("ideas.experiment", experiment_id=experiment.id, open="form", _anchor="form")
    return redirect(page, 303)


@bp.post("/experiments/<int:experiment_id>/links/<key>/remove")
@access.requires("edit")
def remove_link(experiment_id: int, key: str) -> ResponseReturnValue:
    """Remove a link from the list."""
    experiment = access.get(Experiment, experiment_id, "edit")
    tracking_links.remove_link(experiment, access.person(), key)
    flash("Link removed.")
    return _back(experiment)


@bp.get("/experiments/<int:experiment_id>/links/<key>.svg")
@access.requires("read")
def qr_svg(experiment_id: int, key: str) -> ResponseReturnValue:
    """A link's QR code as a drawing."""
    link = _get_link(experiment_id, key)
    body = draw_svg(_address(link), f"/p/{link.experiment.slug}, {link.source}")
    return _file(body, "image/svg+xml", f"{_name(link)}.svg")


@bp.get("/experiments/<int:experiment_id>/links/<key>.png")
@access.requires("read")
def qr_png(experiment_id: int, key: str) -> ResponseReturnValue:
    """A link's QR code as a picture."""
    link = _get_link(experiment_id, key)
    return _file(draw_png(_address(link)), "image/png", f"{_name(link)}.png")


def _get_link(experiment_id: int, key: str) -> TrackingLink:
    link = tracking_links.find_link(access.get(Experiment, experiment_id, "read"), key)
    if link is None:
        abort(404)
    return link


def _address(link: TrackingLink) -> str:
    return tracking_links.link_address(link, page_url(link.experiment))


def _name(link: TrackingLink) -> str:
    return f"{link.experiment.slug}-{propose_slug(link.source)}"


def _file(body: bytes, mimetype: str, name: str) -> Response:
    answer = Response(body, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _back(experiment: Experiment, key: str = "") -> ResponseReturnValue:
    """Lead to the card of links, with the link of this key open."""
    page = url_for(
        "ideas.experiment",
        experiment_id=experiment.id,
        open="links",
        link=key or None,
        _anchor=f"link-{key}" if key else "links",
    )
    return redirect(page, 303)
