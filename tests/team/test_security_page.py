"""The pages about security say what the code does, and name tests that there are."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.team.permissions import page_of
from wbtest.team.access import ROLES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGE = (DOCS / "security.md").read_text(encoding="utf-8")
REQUIREMENTS = (ROOT / "tests" / "asvs.md").read_text(encoding="utf-8")
PERMISSIONS = (DOCS / "permissions.md").read_text(encoding="utf-8")
LINE = re.compile(r"^\| `(.+)` \| (.+) \| (.+) \| .+ \|$", re.MULTILINE)
ROLE = re.compile(rf"^\| .+ \| ({'|'.join(ROLES)}) \| (.+) \|$", re.MULTILINE)


def named_tests() -> Iterator[tuple[str, str]]:
    for file, _, name in re.findall(r"`(tests/[\w/]+\.py)(::(\w+))?`", PAGE + REQUIREMENTS):
        yield file, name


@pytest.mark.one_database
def test_every_address_stands_on_its_page_with_who_may_open_it(app: Flask) -> None:
    assert page_of(app) == PERMISSIONS


def test_each_role_may_what_the_page_says_and_no_lower_one() -> None:
    looking = {address: who for address, who, _ in LINE.findall(PERMISSIONS)}
    acting = {address: who for address, _, who in LINE.findall(PERMISSIONS)}
    told = {
        (method, address): role
        for role, examples in ROLE.findall(PAGE)
        for method, address in re.findall(r"`(GET|POST) (\S+)`", examples)
    }

    assert {*told.values()} == {*ROLES}
    assert told == {
        (method, address): (looking if method == "GET" else acting)[address]
        for method, address in told
    }


def test_each_test_that_is_named_is_there() -> None:
    named = [*named_tests()]
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / file).exists()
        or (name and f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8"))
    ]

    assert len(named) > 100
    assert missing == []


def test_each_requirement_stands_in_one_row() -> None:
    rows = re.findall(r"^\| (\d[\d., ]+) \| .+ \| .* \| .*\|$", REQUIREMENTS, re.MULTILINE)
    ids = [each for row in rows for each in row.split(", ")]

    assert len(ids) > 100
    assert sorted(ids) == sorted({*ids})


def test_a_row_names_a_test_or_says_why_not() -> None:
    rows = re.findall(r"^\| \d[\d., ]+ \| (.+) \| (.*) \| (.*)\|$", REQUIREMENTS, re.MULTILINE)

    silent = [asked for asked, how, held in rows if not held.strip() and not how.strip()]

    assert silent == []


@pytest.mark.parametrize("page", ["docs/security.md", "docs/permissions.md", "tests/asvs.md"])
def test_each_link_leads_somewhere(page: str) -> None:
    file = ROOT / page

    links = re.findall(r"\]\(([^)#:]+)\)", file.read_text(encoding="utf-8"))

    assert [link for link in links if not (file.parent / link).exists()] == []
