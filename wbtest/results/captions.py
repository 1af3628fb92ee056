"""What each chart shows, in one sentence made from its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from wbtest.audience.result_counts import Totals
from wbtest.publishing.rule import ACTS
from wbtest.publishing.rule_text import as_percent
from wbtest.results.chart_style import belief, odds, odds_in_words
from wbtest.results.charts import shows_below
from wbtest.results.figures import Results
from wbtest.results.history import total
from wbtest.results.segments import FEWEST, Segment
from wbtest.results.trust import capital, day_name, listed, short_rate
from wbtest.results.verdict_text import act, leading, subject
from wbtest.web import number_of

Days = Mapping[date, Sequence[Totals]]
STANDINGS = {
    "above": "above the target",
    "ahead": "above the target so far",
    "open": "too close to call",
    "behind": "below the target so far",
    "below": "below the target",
}
# Of fewer visitors nobody knows anything.
FEWEST_BELIEVED = 8


def of_intervals(results: Results) -> str:
    """Where each variant stands."""
    if results.verdict.is_withheld:
        return "No result while a check fails."
    if len(results.variants) == 1:
        return f"Your page is {STANDINGS[results.variants[0].standing]}."
    said = []
    for standing, words in STANDINGS.items():
        names = [f"“{v.name}”" for v in results.variants if v.standing == standing]
        if names:
            said.append(f"{capital(listed(names))} {'is' if len(names) == 1 else 'are'} {words}.")
    return " ".join(said)


def still_open(results: Results) -> str:
    """Why the high ends may move without a new visitor; '' once nobody's window is open."""
    settled, seen = results.settled, results.everybody.seen
    if settled >= seen:
        return ""
    hours = results.rule.conversion_window_hours
    window = f"{hours // 24} days" if hours % 24 == 0 and hours > 24 else f"{hours} hours"
    do = ACTS[results.rule.conversion].do
    if not settled:
        return (
            f"All visitors are still within their {window} to {do}, so the upper limit of an "
            "interval may still change."
        )
    are = "is" if seen - settled == 1 else "are"
    return (
        f"{seen - settled:,} of {number_of(seen, 'visitor')} {are} still within their {window} to "
        f"{do}. We don’t count them in the upper limits yet, so those may still change."
    )


def of_evidence(results: Results) -> str:
    """Whether the evidence was ever enough, when, and whether that is a verdict."""
    if results.verdict.is_withheld:
        return "This evidence doesn’t count while a check fails."
    if shows_below(results):
        bar, paths = results.needed_below, results.looks.below
        slowest = float(paths[-1].min())
        if slowest >= bar:
            is_alone = len(results.variants) == 1
            passed = _passed("" if is_alone else "every variant", "misses")
            at = _first_below(results)
            return (
                f"{passed} {odds(bar)} on day {_day_of_look(results, at)}. "
                f"{_end_of_crossing(results, at)}"
            )
        return (
            f"A result needs odds of {odds(bar)} that the rate misses the target, for every "
            f"variant. The lowest odds so far are {odds_in_words(slowest)}."
        )
    bar = results.needed_above
    first = leading(results)
    k = results.variants.index(first)
    crossed = (results.looks.above[:-1, k] >= bar).nonzero()[0]
    is_alone, name = len(results.variants) == 1, subject(results, first)
    if not len(crossed):
        now = f"odds of beating the target are {odds_in_words(first.log_e_above)}"
        now = f"The {now}" if is_alone else f"{name} is closest to a result. Its {now}"
        return f"{now}. A result needs {odds(bar)} in favour."
    at = results.looks.moment(int(crossed[0]))
    evidence = _passed("" if is_alone else name, "beats")
    passed = f"{evidence} {odds(bar)} on day {_day_of_look(results, at)}"
    if first.log_e_above < bar:
        return f"{passed}, but has fallen back since."
    return f"{passed}. {_end_of_crossing(results, at)}"


def _passed(name: str, verb: str) -> str:
    """The beginning of the sentence that says when the evidence was enough; ``name`` of several."""
    evidence = f"evidence that the rate {verb} the target passed"
    return f"For {name}, the {evidence}" if name else f"The {evidence}"


def of_funnel(results: Results) -> str:
    """From served to what counts, over all variants."""
    everybody = results.everybody
    if not everybody.served:
        return f"Nobody has loaded the page{_yet(results)}."
    return f"{everybody.converted:,} of {number_of(everybody.seen, 'visitor')} {act(results)}."


def of_rates(results: Results, days: Days | None = None) -> str:
    """The best and the worst of ``days``, of all of them without."""
    sums = _sums(results, days)
    large = {day: totals for day, totals in sums.items() if totals.seen >= FEWEST}
    if len(large) < 2:
        return f"Too few days with {FEWEST} visitors or more to compare days{_yet(results)}."
    low, high = (end(large, key=lambda day: _rate(large[day])) for end in (min, max))
    return (
        f"Lowest: {_rate_of(large[low])} ({day_name(low)}). Highest: {_rate_of(large[high])} "
        f"({day_name(high)}). Day-to-day differences are mostly chance."
    )


def of_visits(results: Results, days: Days | None = None) -> str:
    """How many come a day, and when most came."""
    sums = _sums(results, days)
    if not sums:
        return f"Nobody has seen the page{_yet(results)}."
    busiest = max(sums, key=lambda day: sums[day].seen)
    everybody = total(sums.values()).seen
    if len(sums) == 1:
        people = number_of(everybody, "person", "people")
        return f"{people} saw the page, on {day_name(busiest)}."
    daily = number_of(round(everybody / len(sums)), "person", "people")
    most = f"{sums[busiest].seen:,}"
    return f"About {daily} a day. The busiest day was {day_name(busiest)}, with {most}."


def of_comparison(results: Results) -> str:
    """Whether a variant is the best."""
    if results.ranking is None:
        return "The split is broken, so variants can’t be compared."
    if results.best is not None:
        best = next(v for v in results.variants if v.key == results.best)
        return f"“{best.name}” is better than every other variant."
    if min(variant.totals.seen for variant in results.variants) < FEWEST:
        return f"Too few visitors to compare variants{_yet(results)}."
    return f"No variant has been shown to beat all the others{_yet(results)}."


def of_beliefs(results: Results) -> str:
    """How likely it is that the target is reached, if one looked once; no word of a verdict."""
    if not results.everybody.seen:
        return f"Nobody has seen the page{_yet(results)}."
    many = [variant for variant in results.variants if variant.totals.seen >= FEWEST_BELIEVED]
    if not many:
        return f"Too few visitors to say anything{_yet(results)}."
    first = max(many, key=lambda variant: variant.probability_above)
    chance = belief(first.probability_above)
    return (
        f"For {subject(results, first)}, the chance of a rate of "
        f"{as_percent(results.rule.target)} or more is {chance}."
    )


def _yet(results: Results) -> str:
    """What may still come is promised only while somebody can come."""
    return "" if results.verdict.is_over else " yet"


def _day_of_look(results: Results, at: datetime) -> int:
    """The day whose figures a look shows. One at midnight shows the day that is over."""
    return results.life.day_number(at - timedelta(microseconds=1))


def _end_of_crossing(results: Results, at: datetime) -> str:
    """What a crossing comes to. It is a verdict, but for the least and the most of the rule."""
    rule, reached = results.rule, results.verdict.reached_at
    if reached is not None:
        later = results.life.day_number(reached)
        if later > results.life.day_number(at):
            return f"The result came on day {later}, once the minimum was reached."
        return "Checking it every day doesn’t weaken it."
    if results.verdict.is_capped and results.verdict.recommendation == "inconclusive":
        return (
            f"That doesn’t count as a result: it was after the {rule.maximum_visitors:,} visitors "
            "the rule allows."
        )
    return (
        f"That counts as a result only after {number_of(rule.minimum_visitors, 'visitor')} and "
        f"{number_of(rule.minimum_days, 'day')}."
    )


def _first_below(results: Results) -> datetime:
    """When every variant was below its line for the first time."""
    is_below = (results.looks.below >= results.needed_below).all(axis=1)
    return results.looks.moment(int(is_below.argmax()))


def _sums(results: Results, days: Days | None) -> dict[date, Totals]:
    """All variants together, on days on which anybody saw the page."""
    sums = {day: total(row) for day, row in (results.days if days is None else days).items()}
    return {day: totals for day, totals in sums.items() if totals.seen}


def _rate(totals: Totals) -> float:
    return totals.converted / totals.seen


def _rate_of(totals: Totals) -> str:
    return short_rate(totals.converted, totals.seen)


MOST = {
    "source": "Most came from “{}”",
    "device": "Most used a {}",
    "language": "Most read {}",
    "weekday": "Most visited on a {}",
    "hour": "Most visited in the hour from {}",
}
# Where the most are, but not more than half.
LARGEST = {
    "source": "Top source: “{}”",
    "device": "Top device: {}",
    "language": "Top language: {}",
    "weekday": "Busiest day: {}",
    "hour": "Busiest hour: from {}",
}


def segment_caption(segments: Sequence[Segment], kind: str) -> str:
    """Return where most are, and whether rates differ; ``kind`` is one of those in ``MOST``."""
    came = [segment for segment in segments if segment.all.seen]
    if not came:
        return "No counted visitor matches this filter."
    first = max(came, key=lambda segment: segment.all.seen)
    everybody = sum(segment.all.seen for segment in came)
    is_most = 2 * first.all.seen > everybody
    where = (MOST if is_most else LARGEST)[kind].format(first.name)
    count = f"{first.all.seen:,} of {everybody:,}"
    most = f"{where}: {count}." if is_most else f"{where} ({count})."
    unit = "day" if kind == "weekday" else kind
    large = [segment for segment in came if not segment.is_small and segment.is_counted]
    if len(large) < 2:
        return f"{most} Too few {unit}s with {FEWEST} visitors or more to compare."
    low, high = (end(large, key=lambda segment: _rate(segment.all)) for end in (min, max))
    if _rate(low.all) == _rate(high.all):
        return f"{most} The rate is the same for every {unit} with {FEWEST} visitors or more."
    if max(s.wilson.low for s in large) <= min(s.wilson.high for s in large):
        return f"{most} All intervals overlap, so differences may be chance."
    return (
        f"{most} Rates range from {_rate_of(low.all)} ({low.name}) to {_rate_of(high.all)} "
        f"({high.name}). That may be chance: test it before you believe it."
    )


def counted_sources(sources: Sequence[str] | None) -> str:
    """Return which sources enter the verdict, as the sealed rule has it."""
    if sources is None:
        return "Visitors from every source are counted."
    names = ", ".join(f"“{source}”" for source in sources)
    return f"Only visitors from these sources are counted: {names}."
