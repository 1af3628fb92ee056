"""Every field that a founder fills in says what belongs in it; the docs say the same."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from wtforms import FieldList, FormField

from wbtest.decisions.forms import DecisionForm
from wbtest.ideas.field_help_page import page
from wbtest.publishing.forms import VariantForm
from wbtest.publishing.rule_form import ExperimentForm
from wbtest.writing.forms import ExternalQuestionForm, FullForm, InternalQuestionForm, NumberForm

DOCS = Path(__file__).parents[2] / "docs" / "fields.md"
# What nobody fills in, or what is told beside another field.
WITHOUT = {
    "csrf_token": "hidden",
    "version": "hidden",
    "read": "hidden",
    "words": "hidden: they are those of the text",
    "hero": "one looks at the pictures",
    "external-topic": "told beside the internal questions",
    "external-owner": "told beside the internal questions",
    "external-until": "told beside the internal questions",
    "external-settled_by": "told beside the internal questions",
}


def without_help(form: Any) -> list[str]:
    """The fields that say nothing of what belongs in them, those inside others included."""
    found = []
    for field in form:
        if isinstance(field, FormField):
            found += without_help(field.form)
        elif not isinstance(field, FieldList) and not field.description:
            found.append(field.name)
    return found


@pytest.mark.parametrize(
    "make",
    [
        FullForm,
        lambda: ExternalQuestionForm(prefix="external-"),
        lambda: InternalQuestionForm(prefix="internal-"),
        NumberForm,
        ExperimentForm,
        VariantForm,
        DecisionForm,
    ],
)
def test_each_field_says_what_belongs_in_it_or_is_listed(app: Flask, make: Any) -> None:
    with app.test_request_context():
        assert set(without_help(make())) <= WITHOUT.keys()


def test_the_page_of_the_docs_is_made_from_the_fields_as_they_are() -> None:
    assert DOCS.read_text(encoding="utf-8") == page()
