"""The rule of an experiment: what counts, what is enough, and what we do then. Pure.

Sealed at the start with a digest; a change is a new experiment.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Literal

Conversion = Literal["signup", "confirmed"]
Disclosure = Literal["before", "after"]
WINDOW_HOURS = {"signup": 24, "confirmed": 168}
MOST_VARIANTS = 6
HEAVIEST = 1_000


class NotARule(ValueError):
    """A hypothesis that cannot be sealed; ``field`` names what to mend, the text says how."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """“At least ``target`` of ``who`` will ``does``”, and everything that decides whether they did.

    Rates are fractions. Visitors are totals over all variants of a phase. ``sources`` are those
    that count, None for all. ``lost_beacons`` is the share of served pages without a beacon that
    trust tolerates.
    """

    who: str
    does: str
    target: float
    floor: float
    minimum_visitors: int
    maximum_visitors: int
    minimum_days: int
    ends_on: date
    if_met: str
    if_not_met: str
    if_unclear: str
    alpha: float = 0.05
    beta: float = 0.05
    sources: tuple[str, ...] | None = None
    conversion: Conversion = "signup"
    conversion_window_hours: int = 24
    disclosure: Disclosure = "before"
    lost_beacons: float = 0.25

    def __post_init__(self) -> None:
        for field, is_right, sentence in self._demands():
            if not is_right:
                raise NotARule(field, sentence)

    def _demands(self) -> Iterator[tuple[str, bool, str]]:
        """Each demand as field, whether it is met, and the sentence for when it is not."""
        for name in ("who", "does", "if_met", "if_not_met", "if_unclear"):
            is_filled = bool(getattr(self, name).strip())
            yield name, is_filled, "Fill this in: a rule that leaves it open can be bent later."
        for name in ("target", "floor", "alpha", "beta", "lost_beacons"):
            yield name, 0 < getattr(self, name) < 1, "Give a rate above 0 % and below 100 %."
        yield "floor", self.floor < self.target, "The floor must lie below the target."
        for name in ("alpha", "beta"):
            yield name, getattr(self, name) <= 0.2, "More than 20 % risk of error is no test."
        least, most = self.minimum_visitors, self.maximum_visitors
        yield "minimum_visitors", least >= 1, "Ask for at least one visitor."
        yield "maximum_visitors", most > least, "The most must be above the least visitors."
        yield "minimum_days", 1 <= self.minimum_days <= 365, "Give 1 to 365 days."
        hours = self.conversion_window_hours
        yield "conversion_window_hours", 1 <= hours <= 720, "Give 1 to 720 hours."
        yield "sources", self.sources != (), "Name a source that counts, or let all count."
        is_known = self.conversion in WINDOW_HOURS
        yield "conversion", is_known, "Choose sign-up or confirmed sign-up."
        is_known = self.disclosure in ("before", "after")
        yield "disclosure", is_known, "Choose before or after the click."

    def counts_source(self, source: str) -> bool:
        """Whether visits from ``source`` enter the verdict."""
        return self.sources is None or source in self.sources


def to_json(rule: Hypothesis) -> dict[str, Any]:
    """Return plain JSON values; ``from_json`` gives the same rule back."""
    values = asdict(rule)
    values["ends_on"] = rule.ends_on.isoformat()
    values["sources"] = None if rule.sources is None else list(rule.sources)
    return values


def from_json(values: Mapping[str, Any]) -> Hypothesis:
    """Return the rule. Raises NotARule naming the field that is missing or cannot be used."""
    given = dict(values)
    for entry in fields(Hypothesis):
        if entry.name not in given and entry.default is entry.default_factory:
            raise NotARule(entry.name, "This is missing.")
    try:
        given["ends_on"] = date.fromisoformat(given["ends_on"])
    except (TypeError, ValueError) as error:
        raise NotARule("ends_on", "Give a date like 2027-03-31.") from error
    if given.get("sources") is not None:
        given["sources"] = tuple(given["sources"])
    return Hypothesis(**given)


def seal(
    rule: Hypothesis,
    *,
    slug: str,
    revision_digest: str,
    variants: list[dict[str, Any]],
    page_digests: Mapping[str, str],
    salt: str,
    time_zone: str,
) -> tuple[str, str]:
    """Return the sealed text and its SHA-256 in 64 hex digits.

    The text is canonical JSON, so whoever holds it can compute the digest anew.
    """
    text = json.dumps(
        {
            "pages": dict(page_digests),
            "revision": revision_digest,
            "rule": to_json(rule),
            "salt": salt,
            "slug": slug,
            "time_zone": time_zone,
            "variants": variants,
        },
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return text, hashlib.sha256(text.encode()).hexdigest()
