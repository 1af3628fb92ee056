"""The pages of the docs as help: under which heading each is listed, and each as HTML.

Tags in the text are shown as they stand; only the anchors that our docs put before a heading are
taken out of it, and become the heading's own. A link to a file that is no page of the help stays as
its words.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from wbtest.extensions import runtime
from wbtest.team import access

if TYPE_CHECKING:
    from markdown_it.token import Token


_ANCHOR = re.compile(r'^<a id="([\w-]+)"></a>\n+(?=(#+ .+)$)', re.MULTILINE)
_OF_PAGE = re.compile(r"(?P<name>[\w-]+)\.md(?P<anchor>#[\w-]+)?")
# What a founder looks for first; a page that nobody named here stands under the last heading.
GROUPS = {
    "Writing and testing": (
        "assistant",
        "coach",
        "fields",
        "counting",
        "trust",
        "statistics",
        "memo",
    ),
    "Visitors": ("sign-ups", "privacy"),
    "Your team": ("accounts", "permissions"),
    "For developers": ("api", "webhooks"),
}
REST = "The server"


@lru_cache(64)
def rendered(text: str, names: frozenset[str], address: Callable[[str], str]) -> Markup:
    """Return the page; ``address`` is that of another one by its name, of those in ``names``."""
    # Loaded by the first page of the help, which few ask for.
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    anchors = {heading.lstrip("# "): name for name, heading in _ANCHOR.findall(text)}
    tokens = markdown.parse(_ANCHOR.sub("", text))
    _name_headings(tokens, anchors)
    _dress_cells(tokens)
    for token in tokens:
        _turn_links(token.children or (), names, address)
    return Markup(_scrolling(markdown.renderer.render(tokens, markdown.options, {})))  # noqa: S704 - made from our own files, with every tag in them escaped


def slug(heading: str) -> str:
    """The anchor that a heading has where docs are usually read.

    >>> slug("A backup, for `safety`")
    'a-backup-for-safety'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _name_headings(tokens: "list[Token]", anchors: dict[str, str]) -> None:
    taken: Counter[str] = Counter()
    for opening, inside in pairwise(tokens):
        if opening.type == "heading_open":
            name = anchors.get(inside.content) or slug(inside.content)
            opening.attrSet("id", f"{name}-{taken[name]}" if taken[name] else name)
            taken[name] += 1


def _dress_cells(tokens: "list[Token]") -> None:
    """Numbers stand to the right by a class, as our policy wants; a head without words is none."""
    for place, cell in enumerate(tokens):
        if cell.type in ("th_open", "td_open") and cell.attrs.pop("style", ""):
            cell.attrSet("class", "n")
        if cell.type == "th_open" and not tokens[place + 1].content:
            cell.tag = tokens[place + 2].tag = "td"


def _turn_links(
    tokens: "Iterable[Token]", names: Collection[str], address: Callable[[str], str]
) -> None:
    is_kept = True
    for token in tokens:
        if token.type == "link_open":
            to = _turned(str(token.attrGet("href") or ""), names, address)
            is_kept = bool(to)
            token.attrSet("href", to)
            if to.startswith("https:"):
                token.attrSet("rel", "noopener noreferrer external")
        if token.type in ("link_open", "link_close") and not is_kept:
            token.type, token.content = "text", ""


def _turned(to: str, names: Collection[str], address: Callable[[str], str]) -> str:
    """Where a link leads from the help, '' for what it does not show."""
    if to.startswith(("#", "https://")):
        return to
    found = _OF_PAGE.fullmatch(to)
    if found is None or found["name"] not in names:
        return ""
    return address(found["name"]) + (found["anchor"] or "")


def _scrolling(html: str) -> str:
    """Let what is wider than a phone scroll in its own place, and be reached by keyboard."""
    parts = html.split("<table>")
    for number, part in enumerate(parts[1:], 1):
        opening = f'<div class="scroll" role="region" aria-label="Table {number}" tabindex="0">'
        parts[number] = f"{opening}<table>{part.replace('</table>', '</table></div>', 1)}"
    return "".join(parts).replace("<pre>", '<pre tabindex="0">')


class Page(NamedTuple):
    """A page of the docs: its name in addresses, its title, and its text in Markdown."""

    name: str
    title: str
    text: str


def pages_in(folder: Path) -> dict[str, Page]:
    """Return every page by its name."""
    return {file.stem: _read(file) for file in sorted(folder.glob("*.md"))}


def grouped(pages: dict[str, Page]) -> dict[str, list[Page]]:
    """Return the pages as the list shows them."""
    found = {
        heading: [pages[name] for name in names if name in pages]
        for heading, names in GROUPS.items()
    }
    known = {name for names in GROUPS.values() for name in names}
    return found | {REST: [page for name, page in pages.items() if name not in known]}


def _read(file: Path) -> Page:
    text = file.read_text(encoding="utf-8")
    return Page(file.stem, text.partition("\n")[0].removeprefix("# "), text)


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
