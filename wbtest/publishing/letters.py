"""The mail that carries a seal to the approvers, so that a copy lies outside this server. Pure."""

from collections.abc import Mapping, Sequence

from wbtest.publishing import in_words
from wbtest.publishing.network_limits import NetworkLimits
from wbtest.publishing.rule import Hypothesis


def seal_letter(
    rule: Hypothesis,
    *,
    page_url: str,
    seal_url: str,
    seal: str,
    revision: tuple[int, str],
    variants: Sequence[tuple[str, int]],
    page_digests: Mapping[str, str],
    time_zone: str,
    limits: NetworkLimits,
) -> str:
    """Return the body: the rule in words, what was sealed, and how to check it later.

    ``revision`` is its number and digest, ``variants`` are (key, weight).
    """
    outcomes = [
        f"{outcome.word} {outcome.when}:\n  {outcome.then}" for outcome in in_words.outcomes(rule)
    ]
    sources = ", ".join(rule.sources) if rule.sources else "all"
    crowds = [f"  {line}" for line in in_words.crowds(rule, time_zone)]
    words = [f"  {key}: weight {weight}, {page_digests[key]}" for key, weight in variants]
    parts = [
        f"{page_url} has started. This was sealed before the first visitor came.",
        in_words.claim(rule),
        *outcomes,
        f"{in_words.conditions(rule)} Days are those of {time_zone}.",
        f"{in_words.what_counts(rule)} Sources that count: {sources}. "
        f"{in_words.of_one_network(limits)}",
        *(["\n".join(["Announced crowds:", *crowds])] if crowds else []),
        f"Text: revision {revision[0]}, {revision[1]}",
        "\n".join(["Variants, with the digest of their words:", *words]),
        f"Seal: {seal}",
        f"The sealed text is at {seal_url}. Its SHA-256 must be the seal above, for as long as the "
        "experiment is kept. Keep this mail to be able to check.",
    ]
    return "\n\n".join(parts) + "\n"
