"""Links to a test page that say where they were put, one for each source, with QR codes.

The page that makes them stores nothing: its address holds the links. QR codes are dark on light in
every color scheme, inside a page and as files to print.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from io import BytesIO
from itertools import zip_longest
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import segno
from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import Form, StringField

from wbtest.publishing import rule as rules
from wbtest.publishing import slugs
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import LONGEST_SOURCE
from wbtest.publishing.sealing import sealed_rule
from wbtest.publishing.sources import DIRECT, source_name
from wbtest.publishing.views import bp
from wbtest.runtime import runtime
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing.text_rules import find_fault, on_one_line

LONGEST_WORD = 40
MOST_LINKS = 20
# What people use most, and what sort of place each is.
COMMON = {
    "newsletter": "email",
    "linkedin": "social",
    "x": "social",
    "reddit": "social",
    "hackernews": "social",
    "flyer": "print",
}
# Fifteen hundredths of the code may be lost to a stain or a fold.
LEVEL = "m"
# Enough to print a hand's breadth at 300 dots an inch.
PRINTED_DOTS = 1_000
INK, PAPER = "#000", "#fff"


class NotALink(ValueError):
    """A link that would not be told apart; ``field`` names what to mend, the text says how."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Link(NamedTuple):
    """Where a link stands. We count by ``source`` alone; the others are for the team's own use."""

    source: str
    medium: str = ""
    campaign: str = ""

    def address(self, page_url: str) -> str:
        """Return the whole address.

        >>> Link("newsletter", "email").address("https://larder.example/p/larder")
        'https://larder.example/p/larder?utm_source=newsletter&utm_medium=email'
        """
        given = {f"utm_{name}": value for name, value in self._asdict().items() if value}
        return f"{page_url}?{urlencode(given, quote_via=quote, safe='')}"


def parse_link(source: str, medium: str, campaign: str) -> Link:
    """Return the link under the name that visits through it get.

    Raises NotALink for a name of no use.
    """
    name = source_name(source)
    if not name:
        raise NotALink("source", "Name where the link will stand, such as newsletter.")
    if name == DIRECT:
        raise NotALink(
            "source", f"“{DIRECT}” is what we call visits without a source. Choose another name."
        )
    if fault := find_fault(source, LONGEST_SOURCE):
        raise NotALink("source", fault)
    for field, text in (("medium", medium), ("campaign", campaign)):
        if fault := find_fault(text, LONGEST_WORD):
            raise NotALink(field, fault)
    return Link(name, on_one_line(medium).strip(), on_one_line(campaign).strip())


def parse_links(typed: str, medium: str, campaign: str) -> list[Link]:
    """Return a link for each name, with commas or line breaks between; a known one has a medium.

    Raises NotALink as ``link_of`` does, and when there is no name at all.
    """
    names = [name.strip() for name in re.split("[,\n]", typed)]
    found = [parse_link(name, medium, campaign) for name in names if name]
    if not found:
        raise NotALink("source", "Name where the link will stand, such as newsletter.")
    return [link._replace(medium=link.medium or COMMON.get(link.source, "")) for link in found]


def usual_links(sources: Iterable[str]) -> list[Link]:
    """Return a link for each source that is named in a rule; none for visits without a source."""
    return [Link(name, COMMON.get(name, "")) for name in sources if name != DIRECT]


def together(links: Sequence[Link], added: Iterable[Link]) -> list[Link]:
    """Return all links, each once. Raises NotALink when they are more than a page holds."""
    found = list(dict.fromkeys([*links, *added]))
    if len(found) > MOST_LINKS:
        raise NotALink("source", f"{MOST_LINKS} links fit on this page. Take some out first.")
    return found


def draw_inline(address: str, title: str) -> Markup:
    """Return the code as an element of a page; screen readers say ``title``."""
    drawn = _code(address).svg_inline(
        dark=INK, light=PAPER, title=title, svgclass="qr", lineclass=None, omitsize=True
    )
    # Drawn by us; the title is escaped by the library.
    return Markup(drawn.replace("<svg", '<svg role="img"', 1))  # noqa: S704


def draw_svg(address: str, title: str) -> bytes:
    """Return the code as a file that stays sharp at any size."""
    out = BytesIO()
    _code(address).save(
        out, kind="svg", dark=INK, light=PAPER, title=title, scale=10, svgclass=None, lineclass=None
    )
    return out.getvalue()


def draw_png(address: str) -> bytes:
    """Return the code as a picture about ``PRINTED_DOTS`` wide."""
    out, code = BytesIO(), _code(address)
    code.save(out, kind="png", scale=max(1, PRINTED_DOTS // code.symbol_size()[0]))
    return out.getvalue()


@lru_cache(maxsize=64)
def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error=LEVEL)


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
            added = parse_links(
                typed or "", form.add_medium.data or "", form.add_campaign.data or ""
            )
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
    body = draw_svg(link.address(_page_url(experiment)), f"/p/{experiment.slug}, {link.source}")
    return _file(body, "image/svg+xml", f"{_name(experiment, link)}.svg")


@bp.get("/experiments/<int:experiment_id>/links/qr.png")
@access.requires("read")
def qr_png(experiment_id: int) -> ResponseReturnValue:
    """A link's QR code as a picture."""
    experiment, link = _one(experiment_id)
    body = draw_png(link.address(_page_url(experiment)))
    return _file(body, "image/png", f"{_name(experiment, link)}.png")


def _asked() -> list[Link]:
    """The links that the address names. Raises Invalid for one of no use."""
    given = (request.args.getlist(name) for name in Link._fields)
    try:
        return together(
            [],
            [
                parse_link(source, medium, campaign)
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
        "code": draw_inline(address, f"QR code of the link for {link.source}"),
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
