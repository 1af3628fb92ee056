"""A release as a page of its own and as a PDF, and what leaves with a file for customers."""

import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import LARDER, make_release
from tests.writing.test_formats import SECRETS, TALKATIVE
from wbtest.extensions import clock
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.document import Document
from wbtest.writing.release_export import NoPdf, export_release, html_to_pdf, release_html
from wbtest.writing.release_files import file_text, for_customers, parse_release


@pytest.fixture
def release_id(owner: Person) -> int:
    parts = {name: getattr(TALKATIVE, name) for name in ("segment", "evidence", "vision", "faq")}
    return make_release(owner, **parts).id


@pytest.mark.parametrize("kind", ["md", "json", "docx", "html"])
def test_a_file_for_customers_holds_nothing_of_ours(client: FlaskClient, release_id: int, kind):
    ours = client.get(f"/releases/{release_id}/export.{kind}")
    theirs = client.get(f"/releases/{release_id}/export.{kind}?public=1")

    name = f'filename="Larder-for-customers.{kind}"'
    assert name in theirs.headers["Content-Disposition"]
    assert "Zanzibar" in file_text(ours.data)
    assert not [secret for secret in SECRETS if secret in file_text(theirs.data)]
    assert LARDER.headline in file_text(theirs.data)


@pytest.mark.parametrize("kind", ["md", "json", "docx"])
def test_what_customers_get_can_be_brought_back(app: Flask, kind):
    data = export_release(TALKATIVE, "full", kind, stamp="Draft", at=clock.now(), is_public=True)

    assert parse_release(file_text(data)).document == for_customers(TALKATIVE)
    assert b"Internal" not in data


def test_a_new_part_stays_inside_until_somebody_lets_it_out():
    """The person who adds a part decides here whether customers may read it."""
    parts = set(documents.Document.__dataclass_fields__)

    assert parts - {"segment", "evidence", "vision", "roadmap"} == {
        *("product", "language", "headline", "subheading", "dateline", "summary", "problem"),
        *("alternative", "solution", "why_now", "company_quote", "customer_quote"),
        *("call_to_action", "faq"),
    }


def test_a_page_needs_nothing_else_and_runs_nothing(app: Flask):
    page = release_html(
        Document(language="ar", headline="<script>alert(1)</script>"), "short", "Draft"
    )

    assert '<html lang="ar"' in page
    assert 'dir="rtl"' in page
    assert "&lt;script&gt;" in page
    for outside in ("<script", "<link", "<img", "src=", "url("):
        assert outside not in page


def test_a_pdf_is_drawn(client: FlaskClient, release_id: int):
    pytest.importorskip("weasyprint", exc_type=(ImportError, OSError))

    answer = client.get(f"/releases/{release_id}/export.pdf?public=1")

    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")


def test_without_the_extra_the_page_says_what_to_do(client, release_id, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    answer = client.get(f"/releases/{release_id}/export.pdf")

    assert answer.status_code == 409
    assert "pip install “wbtest[pdf]”" in answer.text


def test_a_book_is_no_pdf():
    with pytest.raises(NoPdf, match="too long for a PDF"):
        html_to_pdf("x" * 300_001)
