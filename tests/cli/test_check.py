"""`wbtest check`: the coach on a file, for an editor and for CI."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.factories import LARDER
from wbtest.cli import main
from wbtest.writing.document import to_json
from wbtest.writing.docx_files import to_docx
from wbtest.writing.markdown_format import to_markdown


def check(*arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(main, ["check", *arguments], input=given)


def loud(line: str = "Revolutionary dinners at home") -> str:
    """A release as Markdown with a headline that stops it."""
    return to_markdown(LARDER, "full").replace(LARDER.headline, line)


def test_a_finding_names_file_line_column_rule_and_words(tmp_path: Path):
    file = tmp_path / "release.md"
    file.write_text(loud(), encoding="utf-8")

    result = check(str(file))

    line = loud().splitlines().index("# Revolutionary dinners at home") + 1
    assert f"{file}:{line}:3: stop A7: “Revolutionary” is a claim" in result.output


def test_ci_fails_while_something_stops_the_release():
    assert check("-", given=loud()).exit_code == 1
    assert check("-", given=loud("Five dinners from your own kitchen")).exit_code == 0


def test_json_holds_all_that_a_program_needs():
    result = check("-", "--json", given=loud())

    found = json.loads(result.output)
    (claim,) = [each for each in found["findings"] if each["severity"] == "stop"]
    assert (claim["rule"], claim["path"], claim["words"]) == ("A7", "headline", "Revolutionary")
    assert (claim["start"], claim["end"], claim["column"]) == (0, 13, 3)
    assert found["form"] == "full"


def test_our_own_json_is_read_too(tmp_path: Path):
    file = tmp_path / "release.json"
    file.write_text(json.dumps(to_json(LARDER) | {"headline": ""}), encoding="utf-8")

    result = check(str(file))

    assert result.exit_code == 1
    assert f"{file} headline: stop H1: The headline is missing." in result.output


def test_a_word_file_is_read_and_its_lines_are_not_named(tmp_path: Path):
    file = tmp_path / "release.docx"
    loud = replace(LARDER, headline="Revolutionary dinners at home")
    file.write_bytes(to_docx(loud, "full", datetime(2027, 3, 1, tzinfo=UTC)))

    result = check(str(file))

    assert result.exit_code == 1
    assert f"{file} headline: stop A7: “Revolutionary” is a claim" in result.output


def test_the_form_can_stand_beside_the_parts():
    values = {"product": "Larder", "headline": "Five dinners from your kitchen", "form": "short"}

    assert "short form" in check("-", given=json.dumps(values)).output


def test_rules_that_do_not_cover_the_language_are_named():
    given = loud("Cinq dîners avec ce que vous avez").replace("language: en", "language: fr")

    result = check("-", "--json", given=given)

    assert "A7" in json.loads(result.output)["not_checked"]
    assert "Not checked in “fr”" in check("-", given=given).output


def test_what_finds_no_place_is_said():
    result = check("-", given=loud() + "\n## Appendix\n\nSmall print.\n")

    assert "no part of a release" in result.output


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "is not a release"),
        ("{", "is not JSON"),
        ("[]", "is not a release"),
        ('{"form": "long"}', "must be short or full"),
        ('{"headlin": "x"}', "has no part called"),
        (b"\xff\xfe\x00", "is neither UTF-8 text nor a Word file"),
        ("a" * 1_000_001, "is longer than 1,000,000 bytes"),
    ],
)
def test_what_is_no_release_is_refused_with_a_sentence(given: str | bytes, why: str):
    result = check("-", given=given)

    assert result.exit_code == 2
    assert why in result.stderr
