"""A release as JSON: what a program sends, and what it gets."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from wbtest.store import Invalid
from wbtest.writing import document as documents
from wbtest.writing.document import Document, NotADocument
from wbtest.writing.models import Release

Form = Literal["short", "full"]


class Given(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An object in which nothing stands that nobody reads."""


class Dateline(Given):
    city: str = ""
    date: str = ""


class Quote(Given):
    text: str = ""
    speaker: str = ""
    role: str = ""


class CallToAction(Given):
    text: str = ""
    label: str = ""
    price: str = ""


class Unknown(Given):
    """An honest unknown: who settles it, by when, and how."""

    owner: str = ""
    until: str = ""
    settled_by: str = ""


class Question(Given, kw_only=True):
    audience: Literal["external", "internal"]
    question: str = ""
    answer: str = ""
    topic: str = ""
    open: Unknown | None = None


class Evidence(Given, kw_only=True):
    """What one number of the text rests on."""

    words: str
    kind: Literal["sourced", "assumed", "imagined"]
    source: str = ""


class Parts(Given):
    """The parts of a release; every one may be empty while it is a draft."""

    language: str = "en"
    segment: str = ""
    headline: str = ""
    subheading: str = ""
    dateline: Dateline = msgspec.field(default_factory=Dateline)
    summary: str = ""
    problem: str = ""
    alternative: str = ""
    solution: str = ""
    why_now: str = ""
    company_quote: Quote = msgspec.field(default_factory=Quote)
    customer_quote: Quote = msgspec.field(default_factory=Quote)
    call_to_action: CallToAction = msgspec.field(default_factory=CallToAction)
    faq: list[Question] = msgspec.field(default_factory=list)
    evidence: list[Evidence] = msgspec.field(default_factory=list)
    vision: str = ""
    roadmap: str = ""


class NewRelease(Parts, kw_only=True):
    product: str
    form: Form = "full"


class ReleaseChange(Given):
    """The parts to replace; each replaces all of that part, and the others stay."""

    product: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    segment: str | UnsetType = UNSET
    headline: str | UnsetType = UNSET
    subheading: str | UnsetType = UNSET
    dateline: Dateline | UnsetType = UNSET
    summary: str | UnsetType = UNSET
    problem: str | UnsetType = UNSET
    alternative: str | UnsetType = UNSET
    solution: str | UnsetType = UNSET
    why_now: str | UnsetType = UNSET
    company_quote: Quote | UnsetType = UNSET
    customer_quote: Quote | UnsetType = UNSET
    call_to_action: CallToAction | UnsetType = UNSET
    faq: list[Question] | UnsetType = UNSET
    evidence: list[Evidence] | UnsetType = UNSET
    vision: str | UnsetType = UNSET
    roadmap: str | UnsetType = UNSET


class ReleaseShown(Parts, kw_only=True):
    id: int
    form: Form
    product: str
    version: int
    author: str
    created_at: datetime
    updated_at: datetime


class ReleaseListed(msgspec.Struct, kw_only=True):
    id: int
    form: Form
    product: str
    headline: str
    version: int
    updated_at: datetime


class Releases(msgspec.Struct):
    items: list[ReleaseListed]
    next: str | None


def document_of(values: dict[str, Any]) -> Document:
    """Return the document. Raises Invalid at the part that cannot be kept."""
    try:
        return documents.from_json(values)
    except NotADocument as error:
        raise Invalid(error.part, error.sentence) from error


def shown(release: Release) -> ReleaseShown:
    """Return the draft as a program reads it."""
    about = {
        "id": release.id,
        "form": release.form,
        "version": release.version,
        "author": release.author.name,
        "created_at": release.created_at,
        "updated_at": release.updated_at,
    }
    values = documents.to_json(documents.from_json(release.document))
    return msgspec.convert(values | about, ReleaseShown)


def listed(release: Release) -> ReleaseListed:
    """Return the line of a release in a list."""
    document = documents.from_json(release.document)
    return ReleaseListed(
        id=release.id,
        form=release.form,
        product=document.product,
        headline=document.headline,
        version=release.version,
        updated_at=release.updated_at,
    )
