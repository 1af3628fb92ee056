"""Links that show the team one variant before strangers see it, or beside them, never counted."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from wbtest.extensions import clock
from wbtest.publishing.live import LiveExperiment, LiveVariant, find_for_preview
from wbtest.publishing.models import Experiment
from wbtest.runtime import runtime

GOOD_FOR = timedelta(days=14)


def preview_token(experiment: Experiment, variant_key: str) -> str:
    """Return the signed name of one variant, good for 14 days; it fits into a query."""
    until = int((clock.now() + GOOD_FOR).timestamp())
    claim = f"{experiment.id}.{variant_key}.{until}"
    return f"{claim}.{_sign(claim)}"


def read_preview(token: str) -> tuple[int, str] | None:
    """Return experiment id and variant key, or None for a token that is not ours or too old."""
    claim, _, signature = token.rpartition(".")
    if not token.isascii() or not hmac.compare_digest(signature, _sign(claim)):
        return None
    experiment_id, variant_key, until = claim.split(".")
    if clock.now() > datetime.fromtimestamp(int(until), UTC):
        return None
    return int(experiment_id), variant_key


def find_preview(slug: str, token: str) -> tuple[LiveExperiment, LiveVariant] | None:
    """Return what a preview link at this address shows, or None.

    A text that nobody has approved is not shown to the holder of a link either.
    """
    claimed = read_preview(token)
    if claimed is None:
        return None
    live = find_for_preview(claimed[0])
    variant = live.find_variant(claimed[1]) if live else None
    if live is None or variant is None or live.slug != slug.lower():
        return None
    return live, variant


def _sign(claim: str) -> str:
    # The purpose is part of what is signed, so no other signature of ours can stand in for it.
    secret = runtime().settings.secret_key
    return hmac.new(secret.encode(), f"preview:{claim}".encode(), hashlib.sha256).hexdigest()
