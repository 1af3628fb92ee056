"""The page that makes links for each source, and the QR codes to print. It stores nothing."""

from itertools import zip_longest
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form, StringField

from wbtest.publishing import rule as rules
from wbtest.publishing import slugs
from wbtest.publishing.links import qr
from wbtest.publishing.links.links import (
    COMMON,
    Link,
    NotALink,
    link_of,
    links_of,
    together,
    usual_links,
)
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.seals import sealed_rule
from wbtest.publishing.views import bp
from wbtest.runtime import runtime
from wbtest.store import Invalid
from wbtest.team import access


class LinksForm(Form):
    """What to add; the links that are there already stand in the address."""

    add = StringField("Where else will it stand?")
    add_medium = StringField("Medium")
    add_campaign = StringField("Campaign")


@bp.get("/experiments/<int:experiment_id>/links")
@access.requires("read")
def links(experiment_id: int) -> ResponseReturnValue:
    """A link and a QR code for each source, and a form that adds to them."""
    experiment = access.get(Experiment, experiment_id, "read")
    rule = sealed_rule(experiment)
    found = _asked() or usual_links(rule.sources or ())
    form = LinksForm(request.args)
    typed = request.args.get("one") or form.add.data
    if "add" in request.args or "one" in request.args:
        try:
            added = links_of(typed or "", form.add_medium.data or "", form.add_campaign.data or "")
            return redirect(_address(experiment, together(found, added)))
        except NotALink as error:
            _put_at_field(form, error)
    page = render_template(
        "publishing/links.html",
        experiment=experiment,
        rule=rule,
        form=form,
        rows=[_row(experiment, rule, link, found) for link in found],
        links=found,
        common=[name for name in COMMON if name not in {link.source for link in found}],
    )
    return page, 422 if form.errors else 200


@bp.get("/experiments/<int:experiment_id>/links/qr.svg")
@access.requires("read")
def qr_svg(experiment_id: int) -> ResponseReturnValue:
    """A link's QR code as a drawing."""
    experiment, link = _one(experiment_id)
    body = qr.svg(link.address(_page_url(experiment)), f"/p/{experiment.slug}, {link.source}")
    return _file(body, "image/svg+xml", f"{_name(experiment, link)}.svg")


@bp.get("/experiments/<int:experiment_id>/links/qr.png")
@access.requires("read")
def qr_png(experiment_id: int) -> ResponseReturnValue:
    """A link's QR code as a picture."""
    experiment, link = _one(experiment_id)
    body = qr.png(link.address(_page_url(experiment)))
    return _file(body, "image/png", f"{_name(experiment, link)}.png")


def _asked() -> list[Link]:
    """The links that the address names. Raises Invalid for one of no use."""
    given = (request.args.getlist(name) for name in Link._fields)
    try:
        return together(
            [],
            [
                link_of(source, medium, campaign)
                for source, medium, campaign in zip_longest(*given, fillvalue="")
            ],
        )
    except NotALink as error:
        raise Invalid(error.field, str(error)) from error


def _one(experiment_id: int) -> tuple[Experiment, Link]:
    """The experiment, and the one link that the address names."""
    experiment = access.get(Experiment, experiment_id, "read")
    found = _asked()
    if len(found) != 1:
        raise Invalid("source", "Name one source, as in ?source=newsletter.")
    return experiment, found[0]


def _row(
    experiment: Experiment, rule: rules.Hypothesis, link: Link, links: list[Link]
) -> dict[str, Any]:
    address = link.address(_page_url(experiment))
    rest = [other for other in links if other != link]
    return {
        "link": link,
        "address": address,
        "is_counted": rule.counts_source(link.source),
        "code": qr.inline(address, f"QR code of the link for {link.source}"),
        "without_url": _address(experiment, rest),
        "files": [
            (kind.upper(), url_for(f".qr_{kind}", experiment_id=experiment.id, **link._asdict()))
            for kind in ("svg", "png")
        ],
    }


def _address(experiment: Experiment, links: list[Link]) -> str:
    """The address of this page with exactly these links."""
    columns: dict[str, Any] = {
        name: [getattr(link, name) for link in links] for name in Link._fields
    }
    return url_for(".links", experiment_id=experiment.id, **columns)


def _page_url(experiment: Experiment) -> str:
    return f"{runtime().settings.base_url}/p/{experiment.slug}"


def _put_at_field(form: LinksForm, error: NotALink) -> None:
    name = "add" if error.field == "source" else f"add_{error.field}"
    form[name].errors = [str(error)]


def _name(experiment: Experiment, link: Link) -> str:
    return f"{experiment.slug}-{slugs.propose(link.source)}"


def _file(body: bytes, mimetype: str, name: str) -> Response:
    answer = Response(body, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer
