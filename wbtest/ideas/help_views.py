"""The pages of the help: the list, and each page of the docs."""

from pathlib import Path

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from wbtest.extensions import runtime
from wbtest.ideas.help_pages import REST, grouped, pages_in, rendered
from wbtest.team import access

bp = Blueprint("help", __name__)


@bp.get("/help", endpoint="help")
@access.own_log_in
def list_help() -> ResponseReturnValue:
    """What there is to read; pages about the server only for owners."""
    groups = grouped(pages_in(_folder()))
    if not access.has_permission("own"):
        # How the server is run is for those who own it.
        del groups[REST]
    return render_template("ideas/help.html", groups=groups, folded=REST)


@bp.get("/help/<topic>")
@access.own_log_in
def page(topic: str) -> ResponseReturnValue:
    """One page of the docs."""
    pages = pages_in(_folder())
    if topic not in pages:
        abort(404)
    text = rendered(pages[topic].text, frozenset(pages), _address)
    return render_template("ideas/help_page.html", shown=pages[topic], text=text)


def _address(name: str) -> str:
    return url_for("help.page", topic=name)


def _folder() -> Path:
    return runtime().docs
