"""What a reason for a finding is kept under: where no words are marked, the message tells."""

import re
from collections import Counter

import pytest

from tests.writing.coach.conftest import TODAY
from wbtest.writing import coach
from wbtest.writing.document import from_json

QUOTED = {"customer_quote": {"text": "It is good."}, "company_quote": {"text": "It is good."}}
ASKED = [
    {"audience": audience, "topic": "what and for whom", "question": "Who?", "answer": "You."}
    for audience in ("external", "internal")
]
PARTS = [{}, QUOTED, {"faq": ASKED}, {"faq": ASKED[:1]}, {"dateline": {"city": "2027"}}]
OF_THE_PARTS = "HSDPLNKQCF"


@pytest.mark.parametrize("form", ["full", "short"])
@pytest.mark.parametrize("parts", PARTS)
def test_no_two_findings_without_words_are_the_same(form, parts):
    document = from_json({"product": "Larder", "language": "en", **parts})
    found = [f for f in coach.findings_of(document, form, TODAY) if not f.words]
    keys = Counter((f.rule.id, f.mark.path, f.mark.message) for f in found)

    assert found
    assert [key for key, count in keys.items() if count > 1] == []


def test_a_message_without_words_does_not_change_while_one_types():
    said = [
        {
            f.mark.message
            for f in coach.findings_of(document, "short", TODAY)
            if not f.words and f.rule.id[0] in OF_THE_PARTS
        }
        for document in (
            from_json({"product": "Larder", "language": "en", "faq": ASKED[:1] * count})
            for count in (1, 2)
        )
    ]

    assert said[0] == said[1]
    assert any(re.search("Customers ask more", message) for message in said[0])
