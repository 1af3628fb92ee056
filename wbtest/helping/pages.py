"""Which pages the docs have, and under which heading each is listed."""

from pathlib import Path
from typing import NamedTuple

# What a founder looks for first; a page that nobody named here stands under the last heading.
GROUPS = {
    "Writing and testing": ("coach", "fields", "counting", "trust", "statistics", "memo"),
    "Visitors": ("sign-ups", "privacy"),
    "Your team": ("accounts", "permissions"),
    "Programs": ("api", "webhooks"),
}
REST = "The server"


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
