"""Checks of how the test was measured and run. Pure.

Did visitors fall to the variants as planned, was each page seen, does a cache hand out copies,
what changed after the start, how often was the release tried, and do the sources explain what
looks like a difference between variants?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Literal, NamedTuple

from msgspec.structs import replace

from wbtest import statistics
from wbtest.audience.result_counts import Totals
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.rule_text import as_percent
from wbtest.results.history import Counted, History, total
from wbtest.results.trust import (
    SMALL,
    Check,
    CheckContext,
    capital,
    day_name,
    early,
    listed,
    not_applicable,
    rate_of,
    share_of,
)
from wbtest.web import number_of

# So many would raise an alarm at any weights, all of them in one variant.
ALWAYS_ENOUGH = 1_000
# Below this many served pages a share of lost beacons is chance.
FEWEST_SERVED = 100
FEWEST_SIGNUPS = 10
# So few browsers keep no cookie of the page itself that this many are no chance.
MANY_WITHOUT = 0.2
# Families share a browser; a tenth of all addresses is no family.
MANY_SHARED = 0.1
# Of those without a cookie, from one variant: a cache keeps one.
NEARLY_ALL = 0.9
# A shorter pause takes nobody's weekday.
LONG_PAUSE_HOURS = 24.0


class SplitWords(NamedTuple):
    """What is said of a split: its title, what people did, what it means if broken, what to do."""

    title: str
    did: str
    meaning: str
    do: str


SPLITS = {
    "split": SplitWords(
        "Even split",
        "saw the page",
        "Something treats the variants differently, so you can’t compare them.",
        "Find the cause and fix it.",
    ),
    "served_split": SplitWords(
        "Even page loads",
        "loaded the page",
        "So it goes wrong before anyone sees the page.",
        "Find what’s in front of the page, fix it and start a new test.",
    ),
}


def check_split(check: Literal["split", "served_split"], counted: Counted) -> Check:
    """Did as many see each variant, or were sent it, as its weight says?"""
    title, did, meaning, do = SPLITS[check]
    is_of_seen, weights = check == "split", counted.hours.weights
    counts = [totals.seen if is_of_seen else totals.served for totals in counted.variants]
    if len(counts) == 1:
        return not_applicable(
            check, title, "There’s only one variant, so there’s nothing to split."
        )
    everybody = sum(counts)
    # Too few are those who raise no alarm even if all of them fall to the lightest variant. Each
    # adds to the evidence, so of many only as many are asked for as are always enough.
    worst = [0] * len(weights)
    worst[weights.index(min(weights))] = min(everybody, ALWAYS_ENOUGH)
    if not statistics.split(worst, weights).mismatch:
        people = number_of(everybody, "person", "people")
        return early(check, title, f"{people} {did}: too few to tell, however they’re split.")
    planned = [everybody * weight / sum(weights) for weight in weights]
    # Of few people a half is a part worth telling.
    digits = 1 if everybody < SMALL else 0
    likely = [f"{number:,.{digits}f}".removesuffix(".0") for number in planned]
    expected = f"{likely[0]} each" if len(set(weights)) == 1 else listed(likely)
    found = f"{listed(counts)} people {did}; we’d expect about {expected}."
    if counts == planned:
        return Check(check, "ok", f"{listed(counts)} people {did}, as expected.", title, "yes")
    if not statistics.split(counts, weights).mismatch:
        return Check(check, "ok", f"{found} Chance can explain the difference.", title, "yes")
    reason = f"{found} Chance doesn’t explain it. {meaning}"
    broken = Check(check, "stop", reason, title, "no", do=do, where="page")
    apart, served = counted.networks.apart, counted.networks.served
    if is_of_seen and apart:
        return _broken_by_networks(broken, apart.networks, counts, apart.seen, weights)
    if not is_of_seen and served:
        return _broken_by_networks(broken, served.networks, counts, served.served, weights)
    return broken


def chance(p_value: float) -> str:
    """How often a fair split differs as much as this by chance, in words.

    >>> chance(0.34), chance(0.004), chance(1e-9)
    ('in 34 of 100 fair tests', 'in 4 of 1,000 fair tests', 'in fewer than 1 in 1,000 fair tests')
    """
    if p_value < 0.001:
        return "in fewer than 1 in 1,000 fair tests"
    if p_value < 0.01:
        return f"in {1000 * p_value:.0f} of 1,000 fair tests"
    if p_value > 0.99:
        return "in nearly every fair test"
    return f"in {100 * p_value:.0f} of 100 fair tests"


def _broken_by_networks(
    broken: Check,
    networks: int,
    counts: Sequence[int],
    part: Sequence[int],
    weights: Sequence[int],
) -> Check:
    """A broken split that stands as planned without some networks: amber, for one to look at."""
    rest = [number - less for number, less in zip(counts, part, strict=True)]
    if min(rest) < 0 or statistics.split(rest, weights).mismatch:
        return broken
    reason = (
        f"The variants got {listed(counts)} people, which chance doesn’t explain. "
        f"{number_of(sum(part), 'person', 'people')} from {number_of(networks, 'network')} make "
        f"the difference: without them, it’s {listed(rest)}. So somebody loaded the page again and "
        "again on purpose, and the page itself is fine."
    )
    do = "Look at these networks and set them aside, with a reason."
    return replace(broken, state="warn", reason=reason, value="skewed", do=do, where="networks")


def check_beacons(rule: Hypothesis, counted: Counted) -> Check:
    """Was no more than the sealed share of served pages never seen?"""
    title = "Views recorded"
    sums = total(counted.variants)
    if not sums.served:
        return early("beacons", title, "The page hasn’t loaded for anyone yet.")
    lost = max(sums.served - sums.seen, 0)
    found = (
        f"For {lost:,} of {number_of(sums.served, 'page load')}, we can’t tell whether anyone saw "
        f"the page. The limit is {as_percent(rule.lost_beacons)} of them."
    )
    value = f"{share_of(lost, sums.served)} lost"
    is_tolerated = lost / sums.served <= rule.lost_beacons
    if sums.served < FEWEST_SERVED and is_tolerated:
        return early("beacons", title, f"{found} This check needs {FEWEST_SERVED} page loads.")
    if is_tolerated:
        return Check("beacons", "ok", found, title, "yes")
    if sums.served < FEWEST_SERVED:
        do = "Wait for more visitors. If it stays like this, open the page as a visitor would."
        reason = f"{found} That may be chance."
        return Check("beacons", "warn", reason, title, value, do=do, where="page")
    part = counted.networks.lost
    if part and sums.served > part.served:
        left = (lost - part.lost) / (sums.served - part.served)
        if left <= rule.lost_beacons:
            return _saved_beacons(found, value, part.networks, part.lost, part.served)
    do = (
        "Open the page as a visitor would. See whether something, such as a proxy, stops views "
        "from being recorded."
    )
    return Check("beacons", "stop", found, title, value, do=do, where="page")


def _saved_beacons(found: str, value: str, networks: int, lost: int, served: int) -> Check:
    """Lost beacons that nearly all come from a few networks: they take nobody from the rate."""
    reason = (
        f"{found} They include {lost:,} of {number_of(served, 'page load')} from "
        f"{number_of(networks, 'network')}. Without those, it’s within what the rule allows. They "
        "were never seen, so the rates don’t include them."
    )
    do = "Do you know who they are? If not, there’s nothing to fix."
    return Check("beacons", "warn", reason, "Views recorded", value, do=do, where="networks")


def check_beacons_alike(counted: Counted, around: CheckContext) -> Check:
    """Were as many pages of each variant never seen?"""
    check, title = "beacons_alike", "Views recorded in every variant"
    variants = counted.variants
    lost = [max(totals.served - totals.seen, 0) for totals in variants]
    served = [totals.served for totals in variants]
    if len(served) == 1:
        return not_applicable(
            check, title, "There’s only one variant, so there’s nothing to compare."
        )
    if sum(served) < FEWEST_SERVED or not all(served):
        reason = f"This check needs {FEWEST_SERVED} page loads."
        return early(check, title, reason)
    if not any(lost):
        return Check(
            check, "ok", "In every variant, every page that loaded was seen.", title, "yes"
        )
    shares = [share_of(n, of) for n, of in zip(lost, served, strict=True)]
    first, *others = [f"{each} of" for each in shares]
    named = [f"{first} page loads of {around.name(0)}"]
    named += [f"{each} {around.name(k)}" for k, each in enumerate(others, 1)]
    where = f"{shares[0]} of page loads in each variant" if len(set(shares)) == 1 else listed(named)
    found = f"We can’t tell whether anyone saw the page in {where}."
    if statistics.split(lost, served).mismatch:
        reason = (
            f"{found} One variant is slow or broken for some visitors, who aren’t included in its "
            "rate."
        )
        do = "Open that variant on a phone with a slow connection, and fix what slows it down."
        return Check(check, "warn", reason, title, "no", do=do, where="page")
    return Check(check, "ok", f"{found} Chance can explain the difference.", title, "yes")


def check_cached(around: CheckContext) -> Check:
    """Do addresses come without our cookie, or many with the same?

    We forbid copies (``private, no-store``), and a cache that disobeys leaves no line with us: who
    gets its copy was never served by us. A copy without our cookie makes people nobody: their
    beacons are dropped, and only their addresses come. A copy with a cookie makes them all one
    person, who leaves many addresses. A beacon always proves a visit, so served against seen
    cannot show it.
    """
    check, title = "cached", "Cached copies"
    newest, without = around.newest, sum(around.without_cookie)
    if around.is_cookieless:
        reason = "This page sets no cookie, so its sign-ups can’t show whether it was copied."
        return not_applicable(check, title, reason, "not known")
    if newest.count < FEWEST_SIGNUPS:
        return early(check, title, f"This check needs {FEWEST_SIGNUPS} sign-ups.")
    found = []
    if without > MANY_WITHOUT * newest.count:
        found.append(f"{without:,} came without our cookie{_from_one(around, without)}")
    if newest.shared > MANY_SHARED * newest.count:
        found.append(f"{newest.shared:,} shared a cookie with at least two others")
    if not found:
        carried = f"{newest.count - without:,}" if without else "All"
        rest = (
            f"{newest.shared:,} shared one with at least two others"
            if newest.shared
            else "no cookie was used for more than two sign-ups"
        )
        reason = f"{carried} of the latest {newest.count:,} sign-ups had our cookie, and {rest}."
        return Check(check, "ok", reason, title, "none")
    reason = (
        f"Of the latest {newest.count:,} sign-ups, {' and '.join(found)}. Something in front of "
        "this server, such as a cache or a CDN, seems to be handing out copies of the page. We "
        "can’t tell these people apart, and they aren’t split at random. The rate leaves them out "
        "or counts them as one person."
    )
    do = (
        "In your CDN’s or proxy’s settings, exclude /p/ from the cache and let Set-Cookie "
        "through. We send Cache-Control: private, no-store with each page."
    )
    return Check(check, "warn", reason, title, "likely", do=do, where="page")


def _from_one(around: CheckContext, without: int) -> str:
    """That nearly all of them are from one variant, where there are several."""
    most = max(around.without_cookie)
    if len(around.without_cookie) < 2 or most < NEARLY_ALL * without:
        return ""
    return f", {most:,} of them from {around.name(around.without_cookie.index(most))}"


def check_changes(around: CheckContext, counted: Counted) -> Check:
    """Was anything changed after the start that visitors could notice?"""
    check, title = "changes", "Changes since the start"
    long = [pause for pause in around.pauses if pause.hours >= LONG_PAUSE_HOURS]
    short = [pause.hours for pause in around.pauses if pause.hours < LONG_PAUSE_HOURS]
    heavy = [_corrected(around, counted)] if around.corrections else []
    heavy += [
        f"the test was paused from {around.day(pause.since)} to {around.day(pause.until)}, and "
        "visitors from then don’t count"
        for pause in long
    ]
    if around.facts_changed:
        days = listed([day_name(day) for day in around.facts_changed])
        heavy.append(
            f"on {days}, somebody changed who’s responsible for the page, which visitors can see"
        )
    light = []
    if short:
        times = "once" if len(short) == 1 else f"{len(short)} times"
        hours = round(sum(short))
        took = f"about {number_of(hours, 'hour')}" if sum(short) >= 1 else "less than an hour"
        light = [f"the test was paused {times}, for {took} in all"]
    if not heavy and not light:
        reason = "Nobody has changed the page or the counting rules since the start."
        return Check(check, "ok", reason, title, "none")
    said = " ".join(f"{capital(part)}." for part in (*heavy, *light))
    if not heavy:
        return Check(
            check, "ok", f"{said} The figures allow for that.", title, "minor", where="history"
        )
    do = "Compare the days before and after. If they’re alike, say so when you decide."
    number = len(long) + len(around.facts_changed) + len(around.corrections)
    value = f"{number:,}"
    return Check(check, "warn", said, title, value, do=do, where="history")


def check_attempts(rule: Hypothesis, around: CheckContext) -> Check:
    """Was the same release tested before? Chance of any false go: at most m·α."""
    check, title, times = "attempts", "First test of this idea", around.attempt
    if times < 2:
        reason = (
            "This is the first test of this release, so the risk of a “go” by luck is at most "
            f"{as_percent(rule.alpha)}."
        )
        return Check(check, "ok", reason, title, "yes")
    tests = "both tests" if times == 2 else f"all {times} tests"
    reason = (
        f"This is test {times} of the release. The more often you test, the likelier something "
        f"passes by luck: across {tests}, the chance of a “go” by luck is at most {times} × "
        f"{as_percent(rule.alpha)} = {as_percent(min(times * rule.alpha, 1.0))}."
    )
    do = "See how the others ended, and mention them all when you decide."
    value = "once" if times == 2 else f"{times - 1} times"
    return Check(check, "warn", reason, "Tested before", value, do=do, where="attempts")


def _corrected(around: CheckContext, counted: Counted) -> str:
    """What was corrected, and how many had seen the page before the first of it."""
    found = around.corrections
    days = listed(list(dict.fromkeys(around.day(each.at) for each in found)))
    number = number_of(len(found), "correction")
    until, ever = counted.hours.until(int(found[0].at.timestamp())), counted.hours.totals()
    seen, converted = sum(c.seen for c in until), sum(c.converted for c in until)
    seen_since = sum(c.seen for c in ever) - seen
    converted_since = sum(c.converted for c in ever) - converted
    when = "in the hours before the first" if len(found) > 1 else "in the hours before"
    return (
        f"{number} on {days}: {'; '.join(each.said for each in found)} ({converted:,} of {seen:,} "
        f"{when}, {converted_since:,} of {seen_since:,} from that hour on)"
    )


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
        return not_applicable(
            "sources", TITLE, "There’s only one variant, so there’s nothing to compare."
        )
    rows = {source: row for source, row in counted.sources.items() if rule.counts_source(source)}
    p_value = mix_p_value([[totals.seen for totals in row] for row in rows.values()])
    if p_value is None:
        reason = "Too few visitors, or only one source: there’s nothing to compare."
        return early("sources", TITLE, reason)
    if p_value >= RARE:
        reason = (
            "The mix of sources is about the same in every variant; any difference could be chance."
        )
        return Check("sources", "ok", reason, TITLE, "yes")
    if reversal := find_reversal(rows):
        return _reversed(rows, reversal, around)
    if p_value >= RAREST:
        reason = "The mix of sources differs a little between the variants, which may be chance."
        return Check("sources", "ok", reason, TITLE, "yes")
    reason = (
        f"The variants got different mixes of sources: {_most_apart(rows, around)}. Rates "
        "only mean something within each source."
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
        f"Across these sources together, {ahead} leads {behind}, {_rate(here)} against "
        f"{_rate(there)}. Within each, it’s the other way round: {behind} leads from "
        f"{listed(within)}. The mix of sources makes the difference, not the page."
    )
    do = "Don’t pick a variant from the total. Compare within each source."
    return Check("sources", "warn", reason, TITLE, "reversed", do=do, where="links")


def _most_apart(rows: Mapping[str, Sequence[Totals]], around: CheckContext) -> str:
    """The source whose share differs most: of 700 who saw “A” 300 came from newsletter, …"""
    seen = {source: [totals.seen for totals in row] for source, row in rows.items()}
    whole = [sum(column) for column in zip(*seen.values(), strict=True)]
    gaps = {}
    for source, row in seen.items():
        shares = [n / of for n, of in zip(row, whole, strict=True)]
        gaps[source] = max(shares) - min(shares)
    source = max(gaps, key=gaps.__getitem__)
    told = [
        f"{n:,} of {of:,} who saw {around.name(k)}"
        for k, (n, of) in enumerate(zip(seen[source], whole, strict=True))
    ]
    return f"{listed(told)} came from {source}"


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
