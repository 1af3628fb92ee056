"""A release as a file: out as Markdown or JSON, in with a look at how it was read."""

import io
import json
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import LARDER, log_in, make_person, make_release, make_stranger
from tests.writing.edited import REFUSED
from wbtest.extensions import clock, db
from wbtest.team.models import Person
from wbtest.writing import release_files
from wbtest.writing.document import from_json, to_json
from wbtest.writing.docx_files import to_docx
from wbtest.writing.models import Release
from wbtest.writing.release_files import format_release, parse_release

MARKDOWN = format_release(LARDER, "full", "md")


def newest() -> Release:
    return db.session.scalars(db.select(Release).order_by(Release.id.desc())).first()


@pytest.mark.parametrize("kind", ["md", "json"])
@pytest.mark.parametrize("form", ["short", "full"])
def test_a_release_leaves_and_comes_back_whole(client, owner, kind, form):
    release = make_release(owner, form=form)

    answer = client.get(f"/releases/{release.id}/export.{kind}")

    read = parse_release(answer.text)
    assert (read.document, read.form) == (LARDER, form)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="Larder.{kind}"'


def test_a_product_of_another_script_has_a_plain_file_name(client: FlaskClient, owner: Person):
    release = make_release(owner, product="食卓 X: y")

    answer = client.get(f"/releases/{release.id}/export.md")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="X_y.md"'


def test_a_pasted_text_becomes_a_draft_under_the_name_that_a_person_gives(client, owner):
    data = {"text": MARKDOWN, "product": " Pantry ", "headline": "Six dinners"}

    answer = client.post("/releases/new", data=data)

    release = newest()
    assert answer.location == f"/releases/{release.id}"
    assert (release.document["product"], release.form) == ("Pantry", "full")
    assert release.document["headline"] == "Six dinners"
    named = {"product": "Larder", "headline": LARDER.headline}
    assert from_json(release.document | named) == LARDER


def test_a_text_names_its_product_itself(client: FlaskClient, owner: Person):
    client.post("/releases/new", data={"text": MARKDOWN, "product": "", "language": "de"})

    assert from_json(newest().document) == LARDER


def test_what_an_editor_copied_is_read_with_its_headings(client: FlaskClient, owner: Person):
    html = "<h2>Problem</h2><p>Cold &lt;b&gt; <b>rooms</b>.</p><script>x</script>"
    data = {"product": "Kiln", "text": "Problem Cold rooms.", "html": html, "language": "de"}

    client.post("/releases/new", data=data)

    assert newest().document["problem"] == "Cold <b> rooms."
    assert newest().document["language"] == "de"


def test_a_page_of_html_is_read_as_a_file(client: FlaskClient, owner: Person):
    file = io.BytesIO(b"<!DOCTYPE html><h2>Problem</h2><p>Cold.</p>")

    client.post("/releases/new", data={"product": "Kiln", "file": (file, "kiln.html")})

    assert newest().document["problem"] == "Cold."


def test_an_uploaded_file_is_read(client: FlaskClient, owner: Person):
    file = io.BytesIO(json.dumps(to_json(LARDER)).encode())

    client.post("/releases/new", data={"file": (file, "larder.json")})

    assert (from_json(newest().document), newest().form) == (LARDER, "full")


def test_a_word_file_is_read(client: FlaskClient, owner: Person):
    file = io.BytesIO(to_docx(LARDER, "full", clock.now()))

    client.post("/releases/new", data={"file": (file, "larder.docx")})

    assert newest().document["problem"] == LARDER.problem


def test_what_found_no_part_is_kept_beside_the_draft_until_it_is_removed(client, owner):
    text = MARKDOWN + "\n## Appendix\n\nSmall <b>print</b>.\n"

    page = client.post("/releases/new", data={"text": text}, follow_redirects=True).text

    assert "Text that fits no part" in page
    assert "Small &lt;b&gt;print&lt;/b&gt;." in page
    address = f"/releases/{newest().id}/remove-unplaced"
    page = client.post(address, follow_redirects=True).text
    assert "Text that fits no part" not in page
    assert from_json(newest().document) == LARDER


def test_a_text_without_any_part_is_kept_whole(client: FlaskClient, owner: Person):
    client.post("/releases/new", data={"text": "Dear diary\n\nIt is cold.", "product": "Kiln"})

    assert newest().unplaced == "Dear diary\nIt is cold."
    assert newest().document["product"] == "Kiln"


@pytest.mark.parametrize("given", ["{", '{"headlin": 1}'])
def test_what_is_no_release_comes_back_with_a_sentence(client, owner, given):
    answer = client.post("/releases/new", data={"text": given})

    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert newest() is None


@pytest.mark.parametrize("case", REFUSED)
def test_json_that_somebody_edited_is_refused_whole_with_the_part_or_the_line(client, owner, case):
    text, said = REFUSED[case]

    answer = client.post("/releases/new", data={"text": text, "product": "Larder"})

    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert newest() is None


def test_a_path_in_a_file_is_a_text_like_any_other(client: FlaskClient, owner: Person):
    text = json.dumps(to_json(LARDER) | {"product": "../../etc/passwd"})
    client.post("/releases/new", data={"text": text})

    answer = client.get(f"/releases/{newest().id}/export.json")

    assert json.loads(answer.text)["product"] == "../../etc/passwd"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="etc_passwd.json"'


def test_the_file_of_somebody_else_becomes_a_draft_of_ones_own(client: FlaskClient, owner: Person):
    theirs = make_release(make_person("eve@example.com", "editor"))
    text = format_release(from_json(theirs.document), theirs.form, "json")

    client.post("/releases/new", data={"text": f"\ufeff{text}"})

    made = newest()
    assert made.id != theirs.id
    assert made.author == owner
    assert from_json(made.document) == LARDER


def test_a_file_that_is_no_text_is_refused(client: FlaskClient, owner: Person):
    answer = client.post("/releases/new", data={"file": (io.BytesIO(b"\xff\xfe"), "a.md")})

    assert "neither UTF-8 text" in answer.text


def test_what_was_typed_beside_a_file_that_is_refused_is_kept(client: FlaskClient, owner: Person):
    sent = {"text": "Dinner, typed", "file": (io.BytesIO(b"Six dinners"), "a.md")}

    answer = client.post("/releases/new", data=sent)

    assert answer.status_code == 422
    assert "Dinner, typed</textarea>" in answer.text


def test_a_file_that_is_too_long_is_refused_and_not_cut(client, owner, monkeypatch):
    monkeypatch.setattr(release_files, "LONGEST_FILE", len(MARKDOWN))
    file = io.BytesIO(f"{MARKDOWN}\nOne line more.".encode())

    answer = client.post("/releases/new", data={"file": (file, "long.md")})

    assert answer.status_code == 422
    assert "too long for a release" in answer.text


def test_what_is_wrong_is_said_with_its_line(client: FlaskClient, owner: Person):
    text = MARKDOWN.replace("## Problem", "## Problem\n\n" + "word " * 5_000)

    page = client.post("/releases/new", data={"text": text}).text

    assert re.search(r"Line \d+: problem: This is [\d,]+ characters long", page)


def test_without_a_name_the_draft_waits(client: FlaskClient, owner: Person):
    text = MARKDOWN.replace("product: Larder\n", "")

    answer = client.post("/releases/new", data={"text": text, "product": " "})

    assert answer.status_code == 422
    assert "Name the product" in answer.text
    assert unescape(answer.text).count("Amira opens the fridge") == 1


def test_who_may_only_read_takes_a_file_but_brings_none(app: Flask, owner: Person):
    release = make_release(owner)
    app.config["WTF_CSRF_ENABLED"] = False
    viewer, eve = app.test_client(), app.test_client()
    log_in(viewer, make_person("vic@example.com", "viewer"))
    log_in(eve, make_stranger("eve@example.com"))

    assert viewer.get(f"/releases/{release.id}/export.md").status_code == 200
    assert viewer.post("/releases/new", data={"text": MARKDOWN}).status_code == 403
    assert eve.get(f"/releases/{release.id}/export.md").status_code == 404


def test_a_file_that_only_says_to_be_of_word_is_told_so(client: FlaskClient, owner: Person):
    file = (io.BytesIO(b"just words"), "plan.docx")

    answer = client.post("/releases/new", data={"file": file})

    assert answer.status_code == 422
    assert "isn’t a Word file" in answer.text
