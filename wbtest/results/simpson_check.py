"""Do the sources explain what looks like a difference between variants? Pure.

A rate means something per source. When the variants got different mixes of them, one may lead over
all and trail within each (Simpson's paradox): then the sum speaks of the mix, not of the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

from wbtest.audience.counts import Totals
from wbtest.publishing.rule import Hypothesis
from wbtest.results.history import History
from wbtest.results.trust import Check, CheckContext, early, listed, rate_of

# A mix of sources is doubted when chance alone makes it once in a thousand looks; with a reversal
# beside it, which a fair mix cannot make, once in twenty is enough.
RAREST, RARE = 0.001, 0.05
LEAST_EXPECTED = 5.0
# Below these a source says nothing of which variant leads in it.
FEWEST_SEEN, FEWEST_CONVERTED = 50, 10
TITLE = "Same traffic in every variant"


class Reversal(NamedTuple):
    """Two places of variants: ``ahead`` leads over all sources, and ``behind`` within each."""

    ahead: int
    behind: int
    sources: tuple[str, ...]


def check_sources(rule: Hypothesis, counted: History, around: CheckContext) -> Check:
    """Did each variant get the same mix of sources, and does the sum say what each source says?"""
    if len(counted.variants) == 1:
        return Check("sources", "ok", "There is one variant, so nothing differs.", TITLE, "–")
    rows = {source: row for source, row in counted.sources.items() if rule.counts_source(source)}
    p_value = mix_p_value([[totals.seen for totals in row] for row in rows.values()])
    if p_value is None:
        reason = "Too few came, or from one source only: there is nothing to compare."
        return early("sources", TITLE, reason)
    if p_value >= RARE:
        reason = "The variants differ in their mix of sources no more than by chance."
        return Check("sources", "ok", reason, TITLE, "yes")
    if reversal := find_reversal(rows):
        return _reversed(rows, reversal, around)
    if p_value >= RAREST:
        reason = (
            "The variants have nearly the same mix of sources; chance may explain the difference."
        )
        return Check("sources", "ok", reason, TITLE, "yes")
    reason = (
        f"The variants got different mixes of sources: {_most_apart(rows, around)}. A rate "
        "means something per source."
    )
    do = "Compare the variants within each source, and see whether a link leads to one of them."
    return Check("sources", "warn", reason, TITLE, "no", do=do, where="links")


def find_reversal(rows: Mapping[str, Sequence[Totals]]) -> Reversal | None:
    """Return two variants whose order over all sources is turned round in every one of them.

    Only sources with enough people are asked, and at least two must answer.

    >>> many = Totals(seen=1000, converted=200), Totals(seen=100, converted=22)
    >>> few = Totals(seen=100, converted=2), Totals(seen=1000, converted=30)
    >>> find_reversal({"mail": many, "ads": few})
    Reversal(ahead=0, behind=1, sources=('mail', 'ads'))
    """
    arms = range(len(next(iter(rows.values()), ())))
    for ahead, behind in permutations(arms, 2):
        sources = _led_by(behind, ahead, rows)
        pairs = [(rows[source][ahead], rows[source][behind]) for source in sources]
        if len(sources) > 1 and _leads(*_pooled(pairs)):
            return Reversal(ahead, behind, sources)
    return None


def _led_by(leader: int, other: int, rows: Mapping[str, Sequence[Totals]]) -> tuple[str, ...]:
    """The sources that say something of both, if one variant leads the other in each; else none."""
    sources = []
    for source, row in rows.items():
        if _says_something(row[leader], row[other]):
            if not _leads(row[leader], row[other]):
                return ()
            sources.append(source)
    return tuple(sources)


def _reversed(rows: Mapping[str, Sequence[Totals]], found: Reversal, around: CheckContext) -> Check:
    pairs = [(rows[source][found.ahead], rows[source][found.behind]) for source in found.sources]
    here, there = _pooled(pairs)
    ahead, behind = around.name(found.ahead), around.name(found.behind)
    within = [
        f"{source} ({_rate(b)} against {_rate(a)})"
        for source, (a, b) in zip(found.sources, pairs, strict=True)
    ]
    reason = (
        f"Over these sources together {ahead} leads {behind}, {_rate(here)} against "
        f"{_rate(there)}. Within each it is the other way round: {behind} leads from "
        f"{listed(within)}. The mix makes the difference, not the page."
    )
    do = "Do not call a better variant from the sum. Compare within each source."
    return Check("sources", "warn", reason, TITLE, "reversed", do=do, where="links")


def _most_apart(rows: Mapping[str, Sequence[Totals]], around: CheckContext) -> str:
    """The source whose share differs most: of 700 who saw “A” 300 came from newsletter, …"""
    whole = [sum(column) for column in zip(*map(_seen, rows.values()), strict=True)]

    def gap(source: str) -> float:
        shares: list[float] = [n / of for n, of in zip(_seen(rows[source]), whole, strict=True)]
        return max(shares) - min(shares)

    source = max(rows, key=gap)
    told = [
        f"{n:,} of {of:,} who saw {around.name(k)}"
        for k, (n, of) in enumerate(zip(_seen(rows[source]), whole, strict=True))
    ]
    return f"from {source} came {listed(told)}"


def _seen(row: Sequence[Totals]) -> list[int]:
    return [totals.seen for totals in row]


def _says_something(here: Totals, there: Totals) -> bool:
    is_seen = min(here.seen, there.seen) >= FEWEST_SEEN
    return is_seen and here.converted + there.converted >= FEWEST_CONVERTED


def _pooled(pairs: Sequence[tuple[Totals, Totals]]) -> tuple[Totals, Totals]:
    here, there = (
        Totals(seen=sum(t.seen for t in side), converted=sum(t.converted for t in side))
        for side in zip(*pairs, strict=True)
    )
    return here, there


def _leads(here: Totals, there: Totals) -> bool:
    return here.converted * there.seen > there.converted * here.seen


def _rate(totals: Totals) -> str:
    return rate_of(totals.converted, totals.seen)


def mix_p_value(table: Sequence[Sequence[int]]) -> float | None:
    """χ² of a table, a row a source and a column a variant; None where it says nothing.

    Rows of which less than 5 are expected in a variant are put together (Cochran 1954).
    """
    from scipy import special

    columns = [sum(column) for column in zip(*table, strict=True)] if table else []
    everybody = sum(columns)
    if len(columns) < 2 or not all(columns):
        return None
    rare = min(columns) / everybody
    large = [row for row in table if sum(row) * rare >= LEAST_EXPECTED]
    small = [row for row in table if sum(row) * rare < LEAST_EXPECTED]
    rest = [sum(column) for column in zip(*small, strict=True)]
    rows = large + ([rest] if sum(rest) * rare >= LEAST_EXPECTED else [])
    columns = [sum(column) for column in zip(*rows, strict=True)]
    if len(rows) < 2 or not all(columns):
        return None
    whole = sum(columns)
    distance = sum(
        (count - expected) ** 2 / expected
        for row, number in zip(rows, map(sum, rows), strict=True)
        for count, expected in zip(
            row, [number * column / whole for column in columns], strict=True
        )
    )
    return float(special.chdtrc((len(rows) - 1) * (len(columns) - 1), distance))
