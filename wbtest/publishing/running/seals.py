"""Whether what an experiment shows is still what was sealed."""

import json
from collections.abc import Mapping
from typing import Any

from wbtest.publishing import copy, rule
from wbtest.publishing.copy import PageCopy
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.sealing import sealed_variants


class NotPublishable(Exception):
    """A row that differs from what was approved and sealed; the text says in what."""


def check_seal(experiment: Experiment, pages: Mapping[str, PageCopy]) -> None:
    """Raise NotPublishable unless everything is as it was sealed.

    ``pages`` are those of all variants, by key.
    """
    if not is_whole(experiment):
        raise NotPublishable("the sealed text differs from its seal")
    sealed: dict[str, Any] = json.loads(experiment.sealed)
    if (sealed["slug"], sealed["revision"]) != (experiment.slug, experiment.revision.digest):
        raise NotPublishable("address or revision differ from the sealed ones")
    if sealed["rule"] != experiment.rule or sealed["time_zone"] != experiment.time_zone:
        raise NotPublishable("the rule differs from the sealed one")
    if sealed.get("options", {}) != experiment.options:
        raise NotPublishable("the options differ from the sealed ones")
    if sealed.get("warnings_seen", []) != experiment.warnings_seen:
        raise NotPublishable("the warnings of the launch check differ from the sealed ones")
    if sealed["salt"] != experiment.assignment_salt:
        raise NotPublishable("the salt differs from the sealed one")
    if sealed["variants"] != sealed_variants(experiment):
        raise NotPublishable("a variant or its weight differs from the sealed ones")
    if sealed["pages"] != {key: copy.digest(page) for key, page in pages.items()}:
        raise NotPublishable("the words of a variant differ from the sealed ones")


def is_whole(experiment: Experiment) -> bool:
    """Whether the sealed text still has the digest that was mailed."""
    return rule.digest(experiment.sealed) == experiment.seal
