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
from wbtest.writing.docx_writer import to_docx
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


def test_nothing_is_saved_before_it_was_seen(client: FlaskClient, owner: Person):
    answer = client.post("/releases/import", data={"text": MARKDOWN})

    assert "This is how we read it" in answer.text
    assert LARDER.customer_quote.text in answer.text
    assert newest() is None


def test_a_file_becomes_a_draft_under_the_name_that_a_person_gives(client, owner):
    data = {"text": MARKDOWN, "is_confirmed": "1", "product": " Pantry ", "form": "full"}

    answer = client.post("/releases/import", data=data)

    release = newest()
    assert answer.location == f"/releases/{release.id}"
    assert (release.document["product"], release.form) == ("Pantry", "full")
    assert from_json(release.document | {"product": "Larder"}) == LARDER


def test_an_uploaded_file_is_read(client: FlaskClient, owner: Person):
    file = io.BytesIO(json.dumps(to_json(LARDER)).encode())

    answer = client.post("/releases/import", data={"file": (file, "larder.json")})

    assert LARDER.problem.split()[0] in answer.text
    assert re.search(r'<input checked[^>]*value="full"', answer.text)


def test_a_word_file_is_read_and_its_text_can_be_corrected(client: FlaskClient, owner: Person):
    file = io.BytesIO(to_docx(LARDER, "full", clock.now()))

    page = client.post("/releases/import", data={"file": (file, "larder.docx")}).text

    assert "This is how we read it" in page
    assert "# Problem\n\nAmira opens the fridge at half past five." in page
    assert "Read it again" in page


def test_what_was_said_of_a_text_stays_when_it_is_read_again(client: FlaskClient, owner: Person):
    data = {"text": MARKDOWN, "product": "Pantry", "form": "short", "read": "again"}

    page = client.post("/releases/import", data=data).text

    assert 'value="Pantry"' in page
    assert re.search(r'<input checked[^>]*value="short"', page)
    assert newest() is None


def test_what_found_no_place_is_shown_whole(client: FlaskClient, owner: Person):
    text = MARKDOWN + "\n## Appendix\n\nSmall <b>print</b>.\n"

    page = client.post("/releases/import", data={"text": text}).text

    assert "This found no place" in page
    assert "Small &lt;b&gt;print&lt;/b&gt;." in page


@pytest.mark.parametrize("given", ["", "Dear diary", "{", '{"headlin": 1}'])
def test_what_is_no_release_comes_back_with_a_sentence(client, owner, given):
    answer = client.post("/releases/import", data={"text": given})

    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert newest() is None


@pytest.mark.parametrize("given", ["", " \n"])
def test_who_brings_nothing_is_told_to_choose_a_file_or_to_paste_a_text(client, owner, given):
    answer = client.post("/releases/import", data={"text": given})

    assert answer.status_code == 422
    assert "Choose a file or paste a text." in answer.text
    assert "This is no press release" not in answer.text


@pytest.mark.parametrize("case", REFUSED)
def test_json_that_somebody_edited_is_refused_whole_with_the_part_or_the_line(client, owner, case):
    text, said = REFUSED[case]
    confirmed = {"is_confirmed": "1", "product": "Larder", "form": "full"}

    answer = client.post("/releases/import", data={"text": text} | confirmed)

    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert newest() is None


def test_a_path_in_a_file_is_a_text_like_any_other(client: FlaskClient, owner: Person):
    text = json.dumps(to_json(LARDER) | {"product": "../../etc/passwd"})
    sent = {"text": text, "is_confirmed": "1", "product": "../../etc/passwd", "form": "full"}
    client.post("/releases/import", data=sent)

    answer = client.get(f"/releases/{newest().id}/export.json")

    assert json.loads(answer.text)["product"] == "../../etc/passwd"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="etc_passwd.json"'


def test_the_file_of_somebody_else_becomes_a_draft_of_ones_own(client: FlaskClient, owner: Person):
    theirs = make_release(make_person("eve@example.com", "editor"))
    text = format_release(from_json(theirs.document), theirs.form, "json")

    client.post(
        "/releases/import",
        data={"text": f"\ufeff{text}", "is_confirmed": "1", "product": "Larder", "form": "full"},
    )

    made = newest()
    assert made.id != theirs.id
    assert made.author == owner
    assert from_json(made.document) == LARDER


def test_a_file_that_is_no_text_is_refused(client: FlaskClient, owner: Person):
    answer = client.post("/releases/import", data={"file": (io.BytesIO(b"\xff\xfe"), "a.md")})

    assert "not text in UTF-8" in answer.text


def test_what_was_typed_beside_a_file_that_is_refused_is_kept(client: FlaskClient, owner: Person):
    sent = {"text": "Dinner, typed", "file": (io.BytesIO(b"Six dinners"), "a.md")}

    answer = client.post("/releases/import", data=sent)

    assert answer.status_code == 422
    assert "Dinner, typed</textarea>" in answer.text


def test_a_file_that_is_too_long_is_refused_and_not_cut(client, owner, monkeypatch):
    monkeypatch.setattr(release_files, "LONGEST_FILE", len(MARKDOWN))
    file = io.BytesIO(f"{MARKDOWN}\nOne line more.".encode())

    answer = client.post("/releases/import", data={"file": (file, "long.md")})

    assert answer.status_code == 422
    assert "too long for a release" in answer.text


def test_what_is_wrong_is_said_with_its_line(client: FlaskClient, owner: Person):
    text = MARKDOWN.replace("## Problem", "## Problem\n\n" + "word " * 5_000)

    page = client.post("/releases/import", data={"text": text}).text

    assert re.search(r"Line \d+: problem: This is [\d,]+ characters long", page)


def test_without_a_name_the_draft_waits(client: FlaskClient, owner: Person):
    data = {"text": MARKDOWN, "is_confirmed": "1", "product": " ", "form": "full"}

    answer = client.post("/releases/import", data=data)

    assert answer.status_code == 422
    assert "Name the product" in answer.text


def test_who_may_only_read_takes_a_file_but_brings_none(app: Flask, owner: Person):
    release = make_release(owner)
    app.config["WTF_CSRF_ENABLED"] = False
    viewer, eve = app.test_client(), app.test_client()
    log_in(viewer, make_person("vic@example.com", "viewer"))
    log_in(eve, make_stranger("eve@example.com"))

    assert viewer.get(f"/releases/{release.id}/export.md").status_code == 200
    assert viewer.post("/releases/import", data={"text": MARKDOWN}).status_code == 403
    assert eve.get(f"/releases/{release.id}/export.md").status_code == 404


def test_a_file_that_only_says_to_be_of_word_is_told_so(client: FlaskClient, owner: Person):
    file = (io.BytesIO(b"just words"), "plan.docx")

    answer = client.post("/releases/import", data={"file": file})

    assert answer.status_code == 422
    assert "This is no Word file, although its name says so." in answer.text
