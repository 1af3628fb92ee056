"""The page of the docs that says what belongs in each field, made from the forms themselves.

``python -m wbtest.ideas.field_help_page > docs/fields.md`` rewrites it.
"""

import sys
from collections.abc import Iterator

from wbtest.decisions.forms import DecisionForm
from wbtest.forms import FieldHelp, HelpMixin
from wbtest.publishing.forms import VariantForm
from wbtest.publishing.rule_form import ExperimentForm
from wbtest.writing import forms

OPENING = """# What belongs in each field

You find the same beside each field, folded away. Where the coach has a rule for it, the examples
are the rule's: [the coach](coach.md).

This page is made from the forms: `python -m wbtest.ideas.field_help_page > docs/fields.md`.
"""
# In the order in which one meets them.
FORMS: dict[str, type[HelpMixin]] = {
    "The release": forms.FullForm,
    "Dateline": forms.DatelineForm,
    "Your quote": forms.QuoteForm,
    "Customer quote": forms.CustomerQuoteForm,
    "Call to action": forms.CallToActionForm,
    "What customers ask": forms.ExternalQuestionForm,
    "What we ask ourselves": forms.InternalQuestionForm,
    "The source of a number": forms.NumberForm,
    "The rule of a test": ExperimentForm,
    "A variant": VariantForm,
    "A decision": DecisionForm,
}


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([OPENING, *(line for title in FORMS for line in _section(title))])


def _section(title: str) -> Iterator[str]:
    yield f"## {title}\n"
    form = FORMS[title]
    for name, said in form.field_help.items():
        yield _field(str(getattr(form, name).args[0]), said)


def _field(label: str, said: FieldHelp) -> str:
    example = f"\n- Not: {said.no}\n- Instead: {said.but}\n" if said.no else ""
    return f"### {label}\n\n{said.text}\n{example}"


if __name__ == "__main__":
    sys.stdout.write(page())
