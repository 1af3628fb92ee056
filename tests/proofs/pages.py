"""Figures in the docs: written from docs/figures.json into the places that are marked for them.

A place in a sentence is ``<!--=NAME-->…<!--=-->``, or ``NAME.ratio`` and other fields of a figure;
a table is all between ``<!--table NAME-->`` and ``<!--/table-->``.
"""

import re
from pathlib import Path
from typing import Any

from tests.proofs.figure import short, shown
from tests.proofs.machine import ROOT
from tests.proofs.record import Record, figures_in
from tests.proofs.tables import TABLES

FILES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
INLINE = re.compile(r"(<!--=([\w./÷-]+)-->)(.*?)(<!--=-->)", re.DOTALL)
TABLE = re.compile(r"(<!--table ([\w-]+)-->\n).*?(\n<!--/table-->)", re.DOTALL)


def written(text: str, record: Record) -> str:
    """Return a page with the recorded figures in its marked places.

    Raises KeyError for a figure or table that there is none of.
    """
    figures = figures_in(record)
    text = INLINE.sub(lambda found: found[1] + _field(figures, found[2]) + found[4], text)
    return TABLE.sub(lambda found: found[1] + TABLES[found[2]](record) + found[3], text)


def write_all(record: Record) -> list[Path]:
    """Write the figures into all pages; return those that changed."""
    changed = []
    for file in FILES:
        before = file.read_text(encoding="utf-8")
        after = written(before, record)
        if after != before:
            file.write_text(after, encoding="utf-8")
            changed.append(file)
    return changed


def _field(figures: dict[str, dict[str, Any]], name: str) -> str:
    name, _, wanted = name.partition(".")
    figure = figures[name]
    if not wanted:
        return shown(figure["value"], figure.get("unit", ""))
    if wanted in ("ratio", "floor", "of"):
        return short(figure[wanted])
    return str(figure[wanted])
