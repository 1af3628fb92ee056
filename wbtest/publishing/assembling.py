"""The page of a variant, from what the rows say: approved document, overrides, look and wording."""

from wbtest.publishing import copy
from wbtest.publishing.copy import PageCopy
from wbtest.publishing.looks import look
from wbtest.publishing.models import Experiment, Variant
from wbtest.writing import document as documents
from wbtest.writing.document import Document


def page_of(
    experiment: Experiment, variant: Variant | None = None, document: Document | None = None
) -> PageCopy:
    """Return what the variant's page says; without a variant the approved text itself.

    ``document`` is the revision's, where the caller has read it already.
    """
    return copy.page_copy(
        document or documents.from_json(experiment.revision.document),
        variant.overrides if variant else None,
        look.from_json(experiment.look),
        experiment.wording,
    )
