"""From a document to the sheet it is typed on, and back."""

from dataclasses import replace
from typing import Any, NamedTuple

from wtforms import FieldList, FormField

from wbtest.writing import document as documents
from wbtest.writing.arranging import with_questions
from wbtest.writing.document import (
    Audience,
    CallToAction,
    Dateline,
    Document,
    Form,
    OpenQuestion,
    Question,
    Quote,
)
from wbtest.writing.evidence import key_of, with_answers
from wbtest.writing.forms import (
    ExternalQuestionForm,
    FullForm,
    InternalQuestionForm,
    QuestionForm,
    ShortForm,
)
from wbtest.writing.number_rows import NumberRows, rows_of, values_of


class Typed(NamedTuple):
    """One field of a sheet: where it stands, what it is called, what is in it, what is wrong."""

    name: str
    label: str
    text: str
    faults: tuple[str, ...]


class Difference(NamedTuple):
    """A field in which two texts differ."""

    name: str
    label: str
    mine: str
    theirs: str


def sheet_of(document: Document, shape: Form, version: int, formdata: Any = None) -> ShortForm:
    """Return the form for a text, holding what was typed where there is ``formdata``."""
    values: dict[str, Any] = documents.to_json(document)
    values["version"] = version
    for audience in ("external", "internal"):
        values[audience] = [_row(question) for question in document.questions(audience)]
    rows = {key_of(row.words): row for row in rows_of(document)}
    values["evidence"] = [values_of(row) for row in rows.values()]
    sheet = (FullForm if shape == "full" else ShortForm)(formdata, data=values)
    for entry in sheet.evidence:
        if row := rows.get(key_of(entry.form.words.data)):
            entry.form.tell(row.sentence, row.more)
    return sheet


def blank_rows() -> dict[str, QuestionForm]:
    """An empty row of each side of the FAQ; ``__`` stands where its number will."""
    return {
        "external": ExternalQuestionForm(prefix="external-__-"),
        "internal": InternalQuestionForm(prefix="internal-__-"),
    }


def document_of(sheet: ShortForm, base: Document) -> Document:
    """Return ``base`` with the parts that this sheet shows, as typed; the others stay."""
    lines = (*documents.TEXT_PARTS, *documents.BELONGING)
    typed = {name: value for name, value in sheet.data.items() if name in lines}
    said = [(row["words"], row["kind"], row["source"]) for row in sheet.evidence.data]
    document = replace(
        base,
        call_to_action=CallToAction(**sheet.call_to_action.data),
        evidence=with_answers(base.evidence, said),
        **typed,
    )
    if isinstance(sheet, FullForm):
        document = replace(
            document,
            dateline=Dateline(**sheet.dateline.data),
            company_quote=Quote(**sheet.company_quote.data),
            customer_quote=Quote(**sheet.customer_quote.data),
        )
        document = with_questions(document, "internal", _questions(sheet.internal, "internal"))
    return with_questions(document, "external", _questions(sheet.external, "external"))


def fields_of(sheet: ShortForm) -> list[Typed]:
    """Every field of the sheet in its order, those inside other fields included."""
    return [typed for field in sheet if field.name != "version" for typed in _fields(field, "")]


def differences(sheet: ShortForm, theirs: ShortForm) -> list[Difference]:
    """Where what was typed differs from another text, in the order of the sheet."""
    mine, others = (
        # The words of a number stand in the text, which is compared by itself.
        {typed.name: typed for typed in fields_of(s) if not _names_a_number(typed.name)}
        for s in (sheet, theirs)
    )
    found = [
        Difference(name, typed.label, _text(mine, name), _text(others, name))
        for name, typed in (others | mine).items()
    ]
    return [difference for difference in found if difference.mine != difference.theirs]


def _names_a_number(name: str) -> bool:
    return name.startswith("evidence-") and name.endswith("-words")


def _text(fields: dict[str, Typed], name: str) -> str:
    return fields[name].text if name in fields else ""


def _row(question: Question) -> dict[str, str]:
    unknown = question.open or OpenQuestion()
    return {
        "topic": question.topic,
        "question": question.question,
        "answer": question.answer,
        "owner": unknown.owner,
        "until": unknown.until,
        "settled_by": unknown.settled_by,
    }


def _questions(rows: "FieldList[Any]", audience: Audience) -> list[Question]:
    found = []
    for row in rows.data:
        unknown = OpenQuestion(row.pop("owner"), row.pop("until"), row.pop("settled_by"))
        found.append(Question(audience, open=None if unknown == OpenQuestion() else unknown, **row))
    return found


def _fields(field: Any, inside: str) -> list[Typed]:
    if isinstance(field, NumberRows):
        return [
            typed
            for entry in field.entries
            for typed in _fields(entry, f"Number “{entry.form.words.data}”")
        ]
    if isinstance(field, FieldList):
        kind = "Customer" if field.name == "external" else "Internal"
        return [
            typed
            for number, entry in enumerate(field.entries, 1)
            for typed in _fields(entry, f"{kind} question {number}")
        ]
    if isinstance(field, FormField):
        name = inside or field.name.replace("_", " ").capitalize()
        return [typed for inner in field for typed in _fields(inner, name)]
    label = f"{inside}: {field.label.text}" if inside else field.label.text
    return [Typed(field.name, label, str(field.data or ""), tuple(field.errors))]
