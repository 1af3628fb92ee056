"""What webhooks are told of an experiment's life."""

from typing import Any

from wbtest.delivery import webhooks
from wbtest.publishing.models import Experiment
from wbtest.runtime import runtime


def facts_of(experiment: Experiment) -> dict[str, Any]:
    """Return what every event about an experiment says of it."""
    base_url = runtime().settings.base_url
    return {
        "experiment": experiment.id,
        "slug": experiment.slug,
        "url": f"{base_url}/p/{experiment.slug}",
    }


def announce_step(experiment: Experiment, what: str) -> None:
    """Tell webhooks of a step in an experiment's life; joins the open transaction.

    Steps that are nobody else's business, such as the launch check, are told to none.
    """
    kind = f"experiment.{what}"
    if kind in webhooks.KINDS:
        webhooks.emit(kind, facts_of(experiment))
