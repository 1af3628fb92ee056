"""Ten good releases in six languages, and flaws to sow into them: what the coach is measured on."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.writing.seeding import FLAWS, flaws_for
from wbtest.writing.document import Document, from_json, length, to_json

FILES = sorted((Path(__file__).parent / "good").glob("*.json"))
RULES = (
    *(f"A{number}" for number in range(1, 19)),
    *("H1", "H2", "H3", "S1", "S2", "S3", "S4", "D1", "P1", "P2", "L1", "L2", "L3", "N1", "K1"),
    *("Q1", "Q2", "Q3", "Q4", "C1", "C2", "F1", "F2", "F3", "F4", "F5", "F6", "F7"),
)


def read(file: Path) -> Document:
    """The release in a file."""
    return from_json(json.loads(file.read_text(encoding="utf-8")))


def texts_of(value: object) -> str:
    """All that a document says, one text a line."""
    if isinstance(value, dict):
        return "\n".join(texts_of(part) for part in value.values())
    if isinstance(value, list | tuple):
        return "\n".join(texts_of(part) for part in value)
    return str(value)


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def release(request: pytest.FixtureRequest) -> Document:
    return read(request.param)


def test_there_are_ten_products_in_six_languages():
    releases = [read(file) for file in FILES]

    assert len({release.product for release in releases}) == 10
    assert len({release.language.split("-")[0] for release in releases}) >= 6


def test_a_good_release_fills_a_page(release: Document):
    _, pages = length(release)

    assert 0.5 <= pages <= 1.6


def test_a_good_release_admits_one_thing_that_nobody_knows(release: Document):
    assert sum(question.open is not None for question in release.faq) == 1


def test_every_rule_has_a_flaw():
    assert {flaw.rule for flaw in FLAWS} == set(RULES)


def test_a_flaw_has_one_name_in_one_language():
    assert Counter((flaw.language, flaw.name) for flaw in FLAWS).most_common(1)[0][1] == 1


def test_ten_flaws_and_more_fit_a_release(release: Document):
    flaws = flaws_for(release)

    assert len(flaws) >= 10
    assert len({flaw.rule for flaw in flaws if flaw.words}) >= 10


def test_a_flaw_is_in_the_release_only_after_it_was_sown(release: Document):
    for flaw in flaws_for(release):
        flawed = flaw.sow(release)

        assert flawed != release, flaw.name
        assert from_json(to_json(flawed)) == flawed, flaw.name
        assert flaw.words in texts_of(to_json(flawed)), flaw.name


def test_the_words_of_a_flaw_are_not_in_the_good_release(release: Document):
    own = {release.product, release.subheading, *(q.open.owner for q in release.faq if q.open)}
    said = texts_of(to_json(release))

    for flaw in flaws_for(release):
        assert not flaw.words or flaw.words in own or flaw.words not in said, flaw.name
