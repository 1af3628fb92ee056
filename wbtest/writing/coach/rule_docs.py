"""The page that documents every rule, made from the rules themselves.

``python -m wbtest.writing.coach.rule_docs > docs/coach.md`` rewrites it.
"""

import sys

from wbtest.writing import coach, languages, text_rules
from wbtest.writing.coach.document_reader import Rule

OPENING = """# The coach

While you write, the coach marks exact words and says what a careful reader would say. It gives no
score: a text that scores well isn’t always one that a customer wants to read.

- **stop** blocks approval of the text. A stop of {page_rules} only blocks the start of the page.
  You can always create a revision.
- **warn** asks for a change, or for a reason to keep the words. The reason stays in the history.
- **note** is only a tip.

In the short form, for the idea you had tonight, the rules of honesty apply in full and all others
are notes. Some rules need a list of words in the language of the text. Where there is none they
stay silent, and the page says so. The lists are in `wbtest/writing/coach/words/<language>.toml`,
text files that anyone can change.

`wbtest check FILE` gives the same findings for a file, without a database, and exits with 1 when
something blocks it.

This page is made from the rules: `python -m wbtest.writing.coach.rule_docs > docs/coach.md`.
"""
STOPS = {
    "approval": "blocks approval of the release",
    "start": "blocks the start of the page",
}
_ENGLISH = {code: english for code, _, english in languages.LANGUAGES}


def rules_page() -> str:
    """Return the page as Markdown."""
    head = ["| rule | what it asks for | severity |", "| --- | --- | --- |"]
    rows = [f"| [{r.id}](#{r.id.lower()}) | {r.title} | {r.severity} |" for r in coach.RULES]
    table = "\n".join(head + rows)
    page_rules = text_rules.joined(
        [rule.id for rule in coach.RULES if rule.stops_before == "start"]
    )
    opening = OPENING.format(page_rules=page_rules)
    return "\n".join([opening, table, "", *map(_rule_section, coach.RULES)])


def _rule_section(rule: Rule) -> str:
    names = ", ".join(_ENGLISH.get(code, code) for code in rule.languages)
    facts = [
        f"*{rule.severity}*",
        names or "any language",
        "applies in full in the short form" if rule.is_honesty else "a note in the short form",
    ]
    if "stop" in rule.severity:
        facts.append("an approver may waive the stop" if rule.is_wording else "stops until fixed")
        facts.append(STOPS[rule.stops_before])
    return (
        f'<a id="{rule.id.lower()}"></a>\n\n## {rule.id}: {rule.title}\n\n'
        f"{' · '.join(facts)}\n\n{rule.why} {rule.fix}\n\n"
        f"- Not: {rule.before}\n- Instead: {rule.after}\n\nSource: {rule.source}.\n"
    )


if __name__ == "__main__":
    sys.stdout.write(rules_page())
