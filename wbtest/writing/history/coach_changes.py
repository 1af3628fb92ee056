"""What the coach found in one revision and not in another."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from wbtest.writing import coach
from wbtest.writing import document as documents
from wbtest.writing.coach import Finding, House
from wbtest.writing.document import Document, Form
from wbtest.writing.models import Revision
from wbtest.writing.waivers import Key, key_of


class FindingsDiff(NamedTuple):
    """Findings that went away, and those that came, in the order of the text."""

    gone: tuple[Finding, ...] = ()
    come: tuple[Finding, ...] = ()


def findings_between(old: Revision, new: Revision, house: House) -> FindingsDiff:
    """Compare two revisions by rule, part and words; each as of the day it was frozen."""
    before, after = (_by_key(found_in(revision, house)) for revision in (old, new))
    return FindingsDiff(_without(before, after), _without(after, before))


def found_in(revision: Revision, house: House) -> tuple[Finding, ...]:
    """What the coach finds in a revision, by what the team says for itself today."""
    document = documents.from_json(revision.document)
    return _findings(document, revision.form, revision.created_at.date(), house)


# A page of the history reads twenty revisions, and is opened again and again.
@lru_cache(maxsize=128)
def _findings(document: Document, form: Form, day: date, house: House) -> tuple[Finding, ...]:
    return coach.findings_of(document, form, day, house)


def _by_key(findings: Iterable[Finding]) -> dict[Key, Finding]:
    return {key_of(finding): finding for finding in findings}


def _without(found: Mapping[Key, Finding], others: Mapping[Key, Finding]) -> tuple[Finding, ...]:
    return tuple(finding for key, finding in found.items() if key not in others)
