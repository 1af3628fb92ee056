"""The page of who can open which page, made from the routes.

``.venv/bin/python -m tests.team.permissions > docs/permissions.md``
"""

import re
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from flask import Flask

from tests.team.matrix import Cell, cells
from wbtest import create_app
from wbtest.config import Settings
from wbtest.extensions import runtime
from wbtest.team.access import OWN_LOG_IN

HEAD = """\
# Who can open which page

Generated from the routes, and checked against them by a test:
`.venv/bin/python -m tests.team.permissions > docs/permissions.md`.
What the roles mean and how they are kept is in [security.md](security.md).

*anybody*: logged in or not. If the address has a secret in it, anybody who has the address.
*link*: anybody with a review link.
*self*: anybody who is logged in, for their own account only.
Any other word is the lowest role that has access.
Everybody else gets a 404 page.

The last column says where wbtest asks for the password again, and for a code if two-step
verification is on. It doesn’t ask within ten minutes of the last time on that device; logging in
counts. *in its form* means every time. API tokens can’t open any of these pages.

| address | view | change | password asked again |
| --- | --- | --- | --- |
"""
_CONVERTER = re.compile(r"<(?:[a-z]+(?:\([^)]*\))?:)?([a-z_]+)>")


def page_of(app: Flask) -> str:
    """Return the page as Markdown, an address a line."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    again: defaultdict[str, list[str]] = defaultdict(list)
    for cell in cells(app):
        address = _CONVERTER.sub(r"<\1>", cell.rule.rule)
        found[address][cell.method] = who_may(cell)
        if cell.wants_proof or cell.asks_in_its_form:
            again[address].append(_when(cell))
    lines = (
        f"| `{address}` | {who.get('GET', '–')} | {_acting(who)} |"
        f" {', '.join(again[address]) or '–'} |"
        for address, who in sorted(found.items())
    )
    return HEAD + "\n".join(lines) + "\n"


def who_may(cell: Cell) -> str:
    """Who may, in the words of the page."""
    if not cell.is_for_members:
        return "anybody" if cell.needs == "public" else "link"
    if cell.needs == OWN_LOG_IN:
        return "self"
    return cell.lowest_role


def _when(cell: Cell) -> str:
    if cell.asks_in_its_form:
        return "in its form"
    return "to view" if cell.method == "GET" else "to change"


def _acting(who: dict[str, str]) -> str:
    acting = {method: whose for method, whose in who.items() if method != "GET"}
    if set(acting) <= {"POST"}:
        return acting.get("POST", "–")
    return ", ".join(f"{method} {whose}" for method, whose in sorted(acting.items()))


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    url = f"sqlite:///{folder / 'none.db'}"
    app = create_app(Settings(folder, url, "0" * 32, "http://localhost"))
    with app.app_context():
        sys.stdout.write(page_of(app))
    runtime(app).recorder.close()


if __name__ == "__main__":
    main()
