"""The page about the rules says what the rules say."""

from pathlib import Path

from wbtest.writing.coach import RULES
from wbtest.writing.coach.rule_docs import rules_page

PAGE = Path(__file__).parents[3] / "docs" / "coach.md"


def test_the_page_is_made_from_the_rules_as_they_are():
    assert PAGE.read_text(encoding="utf-8") == rules_page()


def test_each_rule_has_an_id_of_its_own():
    ids = [rule.id for rule in RULES]

    assert len(set(ids)) == len(ids)


def test_each_rule_says_why_and_how_with_an_example_and_a_source():
    for rule in RULES:
        assert all((rule.title, rule.why, rule.fix, rule.before, rule.after, rule.source)), rule.id
        assert rule.why.endswith((".", "?")), rule.id
        assert rule.fix.endswith((".", "?")), rule.id
