"""A release as a page of its own and as a PDF, and what leaves with a file for customers."""

import subprocess
import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import LARDER, make_release
from tests.skips import require
from tests.writing.test_formats import SECRETS, TALKATIVE
from wbtest.extensions import clock
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing import pdf
from wbtest.writing.document import Document
from wbtest.writing.pdf import NoPdf, html_to_pdf
from wbtest.writing.release_export import export_release, release_html
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
    require("Pango")

    answer = client.get(f"/releases/{release_id}/export.pdf?public=1")

    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")


def test_without_the_extra_the_page_says_what_to_do(client, release_id, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    pdf._import_weasyprint.cache_clear()

    answer = client.get(f"/releases/{release_id}/export.pdf")

    assert answer.status_code == 409
    assert "pip install &#39;wbtest[pdf]&#39;" in answer.text


def test_without_pango_one_sentence_says_what_to_install():
    """In a process of its own, whose loader finds no library of the system."""
    code = (
        "import cffi\n"
        "def dlopen(self, name, flags=0): raise OSError('no ' + name)\n"
        "cffi.FFI.dlopen = dlopen\n"
        "from wbtest.writing.pdf import NoPdf, html_to_pdf\n"
        "try: html_to_pdf('<p>A memo')\n"
        "except NoPdf as refused: print(refused)\n"
    )

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("PDF needs Pango on this server (Debian: apt install libpango")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_without_harfbuzz_subset_a_pdf_is_drawn_as_well():
    require("Pango")
    code = (
        "import cffi\n"
        "find = cffi.FFI.dlopen\n"
        "def dlopen(self, name, flags=0):\n"
        "    if 'subset' in name: raise OSError('no ' + name)\n"
        "    return find(self, name, flags)\n"
        "cffi.FFI.dlopen = dlopen\n"
        "from wbtest.writing.pdf import html_to_pdf\n"
        "print(html_to_pdf('<p>A memo')[:4].decode())\n"
    )

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout == "%PDF\n"


def test_a_pango_that_is_too_old_is_told():
    require("Pango")
    code = (
        "from weasyprint.text import ffi\n"
        "class Old: pango_version = staticmethod(lambda: 14200)\n"
        "ffi.pango = Old\n"
        "from wbtest.writing.pdf import NoPdf, html_to_pdf\n"
        "try: html_to_pdf('<p>A memo')\n"
        "except NoPdf as refused: print(refused)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("PDF needs Pango 1.44 or newer on this server.")


def test_pdfs_that_are_asked_for_at_once_leave_the_output_as_it_was():
    require("Pango")
    code = (
        "import sys\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from threading import Barrier\n"
        "from wbtest.writing.pdf import html_to_pdf\n"
        "before, start = sys.stdout, Barrier(4)\n"
        "def draw(_): start.wait(); html_to_pdf('<p>A memo')\n"
        "with ThreadPoolExecutor(4) as pool: list(pool.map(draw, range(4)))\n"
        "sys.exit(sys.stdout is not before)\n"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_book_is_no_pdf():
    with pytest.raises(NoPdf, match="too long for a PDF"):
        html_to_pdf("x" * 300_001)
