"""`wbtest export` and `wbtest import`: a release between the database and a file."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Instance
from tests.factories import LARDER, PASSWORD, make_person, make_revision
from tests.skips import require
from wbtest.extensions import db
from wbtest.writing.document import from_json
from wbtest.writing.models import Release
from wbtest.writing.release_files import file_text, for_customers, parse_release


@pytest.fixture
def larder(instance: Instance) -> Instance:
    """An instance with one release, whose draft has moved on since its first revision."""
    with instance.opened():
        ada = make_person("ada@example.com", "owner")
        revision = make_revision(ada)
        make_revision(ada, release=revision.release, headline="Six dinners from your kitchen")
    return instance


@pytest.fixture
def markdown(tmp_path: Path) -> Path:
    file = tmp_path / "release.md"
    file.write_text(
        "---\nproduct: Hearth\n---\n# Warm by six\n\n## Problem\n\nCold.\n\n## Legal\n\nNone.",
        encoding="utf-8",
    )
    return file


def test_the_draft_goes_to_standard_output_and_a_revision_by_its_number(larder: Instance):
    draft = larder.run("export", "1")
    frozen = larder.run("export", "1", "--revision", "1", "--format", "json")

    assert parse_release(draft.stdout).document.headline == "Six dinners from your kitchen"
    assert from_json({k: v for k, v in json.loads(frozen.stdout).items() if k != "form"}) == LARDER


def test_the_end_of_the_file_says_its_kind(larder: Instance, tmp_path: Path):
    file = tmp_path / "larder.docx"

    said = larder.run("export", "1", "--public", "-o", str(file))

    assert said.output == f"Wrote draft of “Larder” to {file}.\n"
    six = replace(LARDER, headline="Six dinners from your kitchen")
    assert parse_release(file_text(file.read_bytes())).document == for_customers(six)


def test_a_pdf_is_made_without_a_word_of_how(larder: Instance, tmp_path: Path):
    require("Pango")
    file = tmp_path / "larder.pdf"

    said = larder.run("export", "1", "-o", str(file))

    assert said.output == f"Wrote draft of “Larder” to {file}.\n"
    assert file.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("9",), "There’s no release 9."),
        (("1", "--revision", "7"), "Release 1 has no revision 7."),
    ],
)
def test_what_is_not_there_is_said_in_one_line(larder: Instance, arguments, why: str):
    refused = larder.run("export", *arguments)

    assert refused.exit_code == 2
    assert why in refused.stderr


def test_a_folder_that_is_not_there_is_named(larder: Instance, tmp_path: Path):
    file = tmp_path / "missing" / "larder.md"

    said = larder.run("export", "1", "-o", str(file))

    assert said.exit_code == 2
    assert said.output == f"wbtest: {file}: No such file or directory.\n"


def test_a_file_becomes_a_draft_of_the_first_owner(larder: Instance, markdown: Path):
    said = larder.run("import", str(markdown))

    assert said.exit_code == 0
    assert said.stdout == "“Hearth” is release 2, a short draft.\n"
    assert said.stderr == "This found no place: line 10: Legal\nNone.\n"
    with larder.opened():
        release = db.session.get(Release, 2)
        assert release
        assert (release.document["headline"], release.author.name) == ("Warm by six", "Ada")


def test_a_word_file_is_brought_by_whom_one_names(larder: Instance, tmp_path: Path):
    file = tmp_path / "larder.docx"
    larder.run("export", "1", "-o", str(file))
    larder.run("user", "create", "eve@example.com", typed=f"{PASSWORD}\n")

    said = larder.run("import", str(file), "--author", "Eve@example.com")

    assert said.stdout == "“Larder” is release 2, a full draft.\n"
    with larder.opened():
        assert db.session.get_one(Release, 2).author.email == "eve@example.com"


@pytest.mark.parametrize(
    ("author", "why"),
    [
        ("vic@example.com", "vic@example.com is viewer"),
        ("eve@example.com", "eve@example.com is not in the team"),
    ],
)
def test_who_may_not_write_brings_nothing(larder: Instance, markdown: Path, author: str, why: str):
    create = ("user", "create", "vic@example.com", "--role", "viewer")
    larder.run(*create, typed=f"{PASSWORD}\n")

    refused = larder.run("import", str(markdown), "--author", author)

    assert refused.exit_code == 2
    assert why in refused.stderr
    with larder.opened():
        assert db.session.query(Release).count() == 1


def test_what_is_no_release_is_refused_before_the_database_is_opened(tmp_path: Path):
    file = tmp_path / "notes.docx"
    file.write_bytes(b"PK\x03\x04 and no more")

    refused = Instance({"WBTEST_DATABASE_URL": "nonsense"}).run("import", str(file))

    assert refused.exit_code == 2
    assert "notes.docx is not a release: This Word file is damaged." in refused.stderr


def test_everything_moves_into_an_empty_instance(larder: Instance, tmp_path: Path, migrated: Path):
    file = tmp_path / "larder.wbtest"
    there = Instance({"WBTEST_INSTANCE": str(tmp_path / "elsewhere")})

    written = larder.run("instance", "export", str(file))
    read = there.run("instance", "import", str(file))

    assert (written.exit_code, read.exit_code) == (0, 0)
    assert file.stat().st_mode & 0o077 == 0
    assert "Everything is here." in read.output
    assert there.run("export", "1").stdout == larder.run("export", "1").stdout
    assert "differ" not in there.run("verify").output
