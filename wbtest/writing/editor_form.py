"""From a document to the form it is edited in, and back."""

from dataclasses import replace
from typing import Any, NamedTuple

from wtforms import Field, FieldList, FormField

from wbtest.writing.document import (
    AUDIENCES,
    BELONGING,
    TEXT_PARTS,
    Audience,
    CallToAction,
    Dateline,
    Document,
    Form,
    OpenQuestion,
    Question,
    Quote,
    evidence_with_answers,
    to_json,
    with_questions,
    words_key,
)
from wbtest.writing.forms import (
    ExternalQuestionForm,
    FullForm,
    InternalQuestionForm,
    NumberRows,
    QuestionForm,
    ShortForm,
    number_row_values,
    number_rows,
)
from wbtest.writing.merging import pairs

_KINDS = {"external": "Customer", "internal": "Internal"}


class SheetField(NamedTuple):
    """One field of a sheet: where it stands, what it is called, what is in it, what is wrong."""

    name: str
    label: str
    text: str
    faults: tuple[str, ...]


class Difference(NamedTuple):
    """A field in which two texts differ, or all questions of an audience once rearranged.

    ``rows`` are then the fields of either text; one chosen alone would mix two questions.
    """

    name: str
    label: str
    mine: str
    theirs: str
    rows: tuple[dict[str, str], dict[str, str]] | None = None


def sheet_of(document: Document, shape: Form, version: int, formdata: Any = None) -> ShortForm:
    """Return the form for a text, holding what was typed where there is ``formdata``."""
    values: dict[str, Any] = to_json(document)
    values["version"] = version
    for audience in ("external", "internal"):
        values[audience] = [_row(question) for question in document.questions(audience)]
    rows = {words_key(row.words): row for row in number_rows(document)}
    values["evidence"] = [number_row_values(row) for row in rows.values()]
    sheet = (FullForm if shape == "full" else ShortForm)(formdata, data=values)
    for entry in sheet.evidence:
        if row := rows.get(words_key(entry.form.words.data)):
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
    lines = (*TEXT_PARTS, *BELONGING)
    typed = {name: value for name, value in sheet.data.items() if name in lines}
    said = [(row["words"], row["kind"], row["source"]) for row in sheet.evidence.data]
    document = replace(
        base,
        call_to_action=CallToAction(**sheet.call_to_action.data),
        evidence=evidence_with_answers(base.evidence, said),
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


def fields_of(sheet: ShortForm) -> list[SheetField]:
    """Every field of the sheet in its order, those inside other fields included."""
    return [typed for field in sheet if field.name != "version" for typed in _fields_in(field, "")]


def fields_with_help(sheet: ShortForm, part: str) -> list[Field]:
    """The fields of a part that say what belongs in them, as the page tells it beside the part."""
    found: list[Field]
    if part in AUDIENCES:
        found = list(blank_rows()[part])
    else:
        field: Any = sheet[part]
        found = list(field.form) if isinstance(field, FormField) else [field]
    if isinstance(sheet, FullForm) and part == "subheading":
        found.append(sheet.segment)
    if isinstance(sheet, FullForm) and part == "summary":
        found += list(sheet.dateline.form)
    return [field for field in found if field.description]


def sheet_differences(sheet: ShortForm, theirs: ShortForm) -> list[Difference]:
    """Where what was typed differs from another text, in the order of the sheet."""
    mine, others = (
        # The words of a number stand in the text, which is compared by itself.
        {typed.name: typed for typed in fields_of(s) if not _names_a_number(typed.name)}
        for s in (sheet, theirs)
    )
    arranged = [side for side in AUDIENCES if _are_arranged_anew(sheet, theirs, side)]
    found = [
        Difference(name, typed.label, _text(mine, name), _text(others, name))
        for name, typed in (others | mine).items()
        if name.partition("-")[0] not in arranged
    ]
    changed = [difference for difference in found if difference.mine != difference.theirs]
    return changed + [_all_questions(sheet, theirs, side) for side in arranged]


def _are_arranged_anew(sheet: ShortForm, theirs: ShortForm, side: Audience) -> bool:
    mine, others = ([] if side not in s else s[side].data for s in (sheet, theirs))
    return len(mine) != len(others) or any(i != at for i, at in pairs(mine, others).items())


def _all_questions(sheet: ShortForm, theirs: ShortForm, side: Audience) -> Difference:
    mine, others = (
        {typed.name: typed.text for typed in fields_of(s) if typed.name.startswith(f"{side}-")}
        for s in (sheet, theirs)
    )
    text, their_text = (_numbered_list(s[side].data) for s in (sheet, theirs))
    return Difference(side, f"{_KINDS[side]} questions", text, their_text, (mine, others))


def _numbered_list(rows: list[dict[str, str]]) -> str:
    names = ("question", "answer", "owner", "until", "settled_by")
    texts = ("\n".join(filter(None, (row[name] for name in names))) for row in rows)
    return "\n\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))


def _names_a_number(name: str) -> bool:
    return name.startswith("evidence-") and name.endswith("-words")


def _text(fields: dict[str, SheetField], name: str) -> str:
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


def _fields_in(field: Any, inside: str) -> list[SheetField]:
    if isinstance(field, NumberRows):
        return [
            typed
            for entry in field.entries
            for typed in _fields_in(entry, f"Number “{entry.form.words.data}”")
        ]
    if isinstance(field, FieldList):
        return [
            typed
            for number, entry in enumerate(field.entries, 1)
            for typed in _fields_in(entry, f"{_KINDS[field.name]} question {number}")
        ]
    if isinstance(field, FormField):
        name = inside or field.name.replace("_", " ").capitalize()
        return [typed for inner in field for typed in _fields_in(inner, name)]
    label = f"{inside}: {field.label.text}" if inside else field.label.text
    return [SheetField(field.name, label, str(field.data or ""), tuple(field.errors))]
