"""What a chart of segments shows, in one sentence made from its figures. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from wbtest.http import percent
from wbtest.results.dashboard.segments import FEWEST, Segment

MOST = {
    "source": "Most came from “{}”",
    "device": "Most came on a {}",
    "language": "Most read {}",
    "weekday": "Most came on a {}",
    "hour": "Most came in the hour from {}",
}


def sentence(segments: Sequence[Segment], kind: str, did: str) -> str:
    """Return where most are, and whether rates differ; ``kind`` is one of those in ``MOST``.

    ``did`` is what they did who count.
    """
    came = [segment for segment in segments if segment.all.seen]
    if not came:
        return "Nobody who counts has seen the page in this part."
    first = max(came, key=lambda segment: segment.all.seen)
    everybody = sum(segment.all.seen for segment in came)
    where = MOST[kind].format(first.name)
    if 2 * first.all.seen <= everybody:
        where = where.replace("Most", "The largest part", 1)
    most = f"{where}: {first.all.seen:,} of {everybody:,}."
    large = [segment for segment in came if not segment.is_small and segment.is_counted]
    if len(large) < 2:
        return f"{most} Too few {kind}s with {FEWEST} visitors or more to compare."
    low, high = min(large, key=_rate), max(large, key=_rate)
    if _rate(low) == _rate(high):
        return f"{most} The rate is the same in each {kind} with {FEWEST} visitors or more."
    between = (
        f"From {_share(low)} ({low.name}) to {_share(high)} ({high.name}) {did} where "
        f"{FEWEST} or more came"
    )
    if max(s.wilson.low for s in large) <= min(s.wilson.high for s in large):
        return f"{most} {between}; all intervals overlap, so chance may be the whole difference."
    return (
        f"{most} {between}. Some intervals do not overlap; among so many comparisons chance does "
        "that, too, so test it anew before you believe it."
    )


def counted_sources(sources: Sequence[str] | None) -> str:
    """Return which sources enter the verdict, as the sealed rule has it."""
    if sources is None:
        return "Every source enters the verdict, as the sealed rule says."
    names = ", ".join(f"“{source}”" for source in sources)
    return f"Only the sealed sources enter the verdict: {names}. The others are shown and not used."


def _rate(segment: Segment) -> float:
    return segment.all.converted / segment.all.seen


def _share(segment: Segment) -> str:
    """A rate in percent, or as counts while these are small."""
    if segment.all.seen < 100:
        return f"{segment.all.converted:,} of {segment.all.seen:,}"
    return percent(_rate(segment))
