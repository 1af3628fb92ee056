"""The page about privacy names every column that is about a visitor, and no other."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
ABOUT_VISITORS = ("visits", "sightings", "engagements", "signups", "objections")


@pytest.mark.parametrize("table", ABOUT_VISITORS)
def test_every_column_about_a_visitor_is_named(table: str, tables: sa.MetaData) -> None:
    [section] = re.findall(rf"^## {table}: (.+?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    cells = re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)

    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}

    assert named == {column.name for column in tables.tables[table].columns}


def test_every_table_that_knows_a_visitor_is_on_the_page(tables: sa.MetaData) -> None:
    personal = {"visitor", "email", "email_key", "email_hash"}
    ours = [table for name, table in tables.tables.items() if "experiment_id" in table.columns]

    assert {t.name for t in ours if personal & {*t.columns.keys()}} <= {*ABOUT_VISITORS}
