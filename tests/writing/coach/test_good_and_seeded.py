"""The coach over ten good releases in six languages, and over the flaws sown into them."""

import json
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.writing.seeding import Flaw, flaws_for
from wbtest.writing import coach
from wbtest.writing.coach import Finding
from wbtest.writing.coach.document_reader import text_at
from wbtest.writing.document import Document, Question, from_json

TODAY = date(2026, 11, 25)
AT_ONCE = 6
FILES = sorted((Path(__file__).parents[1] / "good").glob("*.json"))


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def release(request: pytest.FixtureRequest) -> Document:
    return from_json(json.loads(request.param.read_text(encoding="utf-8")))


@cache
def read(document: Document, rule: str = "") -> tuple[Finding, ...]:
    """What the coach finds, or one of its rules; more than one test asks about the same texts."""
    rules = tuple(each for each in coach.RULES if each.id == rule) if rule else None
    return coach.findings_of(document, "full", TODAY, rules=rules)


def is_found(flaw: Flaw, document: Document) -> bool:
    """Whether the flaw's rule marks its words, or words among them or around them."""
    wanted = flaw.words.casefold()
    marked = [finding.words.casefold() for finding in read(document, flaw.rule)]
    return any(wanted in words or words in wanted for words in marked)


def test_nothing_stops_a_good_release(release: Document):
    assert [(f.rule.id, f.words) for f in read(release) if f.severity == "stop"] == []


def test_a_good_release_is_hardly_interrupted(release: Document):
    assert sum(finding.severity == "warn" for finding in read(release)) <= 2


def test_nine_of_ten_flaws_are_found(release: Document):
    covered = [f for f in flaws_for(release) if f.rule not in silent_in(release)]
    missed = [flaw.name for flaw in covered if not is_found(flaw, flaw.sow(release))]

    assert len(missed) <= len(covered) / 10, missed


def test_the_words_it_marks_are_in_the_text(release: Document):
    flaws = flaws_for(release)
    # By the rule that looks for it, each flaw alone; by all rules several, one upon the other.
    alone = ((flaw.sow(release), flaw.rule) for flaw in flaws)
    together = (
        (sow_all(flaws[k : k + AT_ONCE], release), "") for k in range(0, len(flaws), AT_ONCE)
    )
    for document, rule in chain(alone, together):
        for finding in read(document, rule):
            mark = finding.mark
            if mark.end:
                assert 0 <= mark.start < mark.end <= len(text_at(document, mark.path))
                assert text_at(document, mark.path)[mark.start : mark.end] == finding.words
            else:
                assert finding.words == ""


def sow_all(flaws: list[Flaw], release: Document) -> Document:
    for flaw in flaws:
        release = flaw.sow(release)
    return release


def silent_in(document: Document) -> set[str]:
    """The rules that say of themselves that they do not cover the language."""
    return {rule.id for rule in coach.unchecked(document.language)}


def test_findings_come_in_the_order_in_which_one_reads():
    asked = tuple(Question("external", f"How much is {n}?", "Later.") for n in range(12))
    document = Document(headline="Seamless dinners", solution="Easy. Unique.", faq=asked)

    paths = [f.mark.path for f in read(document) if f.rule.id in ("A7", "F5")]

    assert paths == ["headline", "solution", "solution", *(f"faq[{n}].answer" for n in range(12))]


def test_a_rule_that_breaks_says_so_and_the_others_go_on(monkeypatch, caplog):
    def breaks(reading):
        raise KeyError("FİVE")

    broken = replace(coach.RULES[0], check=breaks)
    rules = (broken, *coach.RULES[1:])
    monkeypatch.setattr(coach, "RULES", rules)

    found = read(Document(headline="Seamless dinners at home"))

    assert ("A1", "warn") in [(f.rule.id, f.severity) for f in found]
    assert ("A7", "stop") in [(f.rule.id, f.severity) for f in found]
    assert "coach A1 broke" in caplog.text


def test_many_notes_hide_no_stop(monkeypatch):
    def marks(reading):
        yield from (reading.missing("solution", "note", "A note.") for _ in range(20))
        yield reading.missing("solution", "stop", "A stop.")

    rule = replace(coach.RULES[0], check=marks)
    monkeypatch.setattr(coach, "RULES", (rule,))

    found = read(Document(solution="Twenty notes and a stop."))

    assert [finding.severity for finding in found] == ["note"] * 12 + ["stop"]
    assert found[11].mark.message == "A note. And 8 more."
