"""The page of a variant, from what the rows say: approved document, overrides, look and wording."""

from typing import Any

from wbtest.publishing import copy, corrections
from wbtest.publishing.copy import PageCopy
from wbtest.publishing.corrections import in_force
from wbtest.publishing.looks import look
from wbtest.publishing.models import Experiment, Variant
from wbtest.writing import document as documents
from wbtest.writing.document import Document


def page_of(
    experiment: Experiment,
    variant: Variant | None = None,
    document: Document | None = None,
    number: int | None = None,
) -> PageCopy:
    """Return what the variant's page says; without a variant the approved text itself.

    ``document`` is the revision's, where the caller has read it already. Mistakes that were
    corrected since the start are corrected in it, or the first ``number`` of them.
    """
    document = document or documents.from_json(experiment.revision.document)
    if experiment.corrected_seal:
        found = in_force(experiment.corrections)[:number]
        document = corrections.corrected_document(document, found)
    return copy.page_copy(
        document,
        overrides_of(variant, number) if variant else None,
        look.from_json(experiment.look),
        experiment.wording,
    )


def overrides_of(variant: Variant, number: int | None = None) -> dict[str, Any]:
    """Return the variant's own words, with what was corrected in them since the start.

    With a ``number`` only so many corrections are in them.
    """
    experiment = variant.experiment
    if not experiment.corrected_seal:
        return variant.overrides
    found = in_force(experiment.corrections)[:number]
    return corrections.corrected_overrides(variant.key, variant.overrides, found)
