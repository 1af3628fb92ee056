"""What each chart shows, in one sentence made from its figures."""

from __future__ import annotations

from datetime import date

from wbtest.audience.counts import Totals
from wbtest.http import percent
from wbtest.results.charts import shows_below
from wbtest.results.drawing import odds
from wbtest.results.figures import Results
from wbtest.results.in_words import act, capital, leading, subject
from wbtest.results.totals import total
from wbtest.results.trust import listed

STANDINGS = {
    "above": "above the target",
    "ahead": "above the target so far",
    "open": "undecided",
    "behind": "below the target so far",
    "below": "below the target",
}
# Fewer visitors than this make no rate worth comparing.
FEWEST = 30


def of_intervals(results: Results) -> str:
    """Where each variant stands."""
    if results.verdict.is_withheld:
        return "Withheld: while a check is red, no variant is called above or below."
    if len(results.variants) == 1:
        return f"Your page is {STANDINGS[results.variants[0].standing]}."
    said = []
    for standing, words in STANDINGS.items():
        names = [f"“{v.name}”" for v in results.variants if v.standing == standing]
        if names:
            said.append(f"{listed(names)} {'is' if len(names) == 1 else 'are'} {words}")
    return f"{capital('; '.join(said))}."


def of_evidence(results: Results) -> str:
    """Whether the line was crossed, and when."""
    if results.verdict.is_withheld:
        return "Withheld: evidence from figures that cannot be trusted is none."
    if shows_below(results):
        bar, paths = results.needed_below, results.looks.below
        slowest = float(paths[-1].min())
        if slowest >= bar:
            return "Every variant has crossed the line below. Looking daily does not weaken it."
        return (
            f"Every variant has to cross the line; the slowest stands at {odds(slowest)} "
            f"of the {odds(bar)} it needs."
        )
    bar = results.needed_above
    first = leading(results)
    k = results.variants.index(first)
    crossed = (results.looks.above[:-1, k] >= bar).nonzero()[0]
    name = capital(subject(results, first))
    if not len(crossed):
        nearest = "stands" if len(results.variants) == 1 else "is nearest and stands"
        return f"{name} {nearest} at {odds(first.log_e_above)} of the {odds(bar)} it needs."
    day = results.life.day_number(results.looks.moment(int(crossed[0])))
    if first.log_e_above < bar:
        return f"{name} crossed its line on day {day} and fell back since."
    return f"{name} crossed its line on day {day} and stays. Looking daily does not weaken it."


def of_funnel(results: Results) -> str:
    """From served to confirmed, over all variants."""
    everybody = results.everybody
    if not everybody.served:
        return "Nobody was served the page yet."
    people = "person who was" if everybody.served == 1 else "people who were"
    addresses = "address is" if everybody.confirmed == 1 else "addresses are"
    return (
        f"Of {everybody.served:,} {people} served the page {everybody.seen:,} saw it and "
        f"{everybody.converted:,} {act(results)}; {everybody.confirmed:,} {addresses} confirmed."
    )


def of_rates(results: Results) -> str:
    """The best and the worst day."""
    days = {day: totals for day, totals in _by_day(results).items() if totals.seen >= FEWEST}
    if len(days) < 2:
        return f"Too few days with {FEWEST} visitors or more to compare days{_yet(results)}."
    low, high = (end(days, key=lambda day: _rate(days[day])) for end in (min, max))
    return (
        f"All variants together, from {_share(days[low])} on {_date(low)} "
        f"to {_share(days[high])} on {_date(high)}. Single days are mostly chance."
    )


def of_visits(results: Results) -> str:
    """How many come a day, and when most came."""
    days = _by_day(results)
    if not days:
        return f"Nobody has seen the page{_yet(results)}."
    busiest = max(days, key=lambda day: days[day].seen)
    mean = results.everybody.seen / len(days)
    return (
        f"About {mean:,.0f} people a day saw the page for the first time; "
        f"most on {_date(busiest)}, {days[busiest].seen:,}."
    )


def of_sources(results: Results) -> str:
    """Where most come from, and who signs up most often."""
    sources = {source: total(row) for source, row in results.sources.items()}
    if not sources:
        return f"Nobody has come{_yet(results)}."
    first = next(iter(sources))
    everybody = total(sources.values())
    share = percent(sources[first].served / everybody.served, 0) if everybody.served else "–"
    said = f"{share} came from “{first}”, where {_share(sources[first])} {act(results)}"
    rivals = {s: totals for s, totals in sources.items() if totals.seen >= FEWEST}
    best = max(rivals, key=lambda source: _rate(rivals[source]), default=first)
    if best != first and _rate(rivals[best]) > _rate(sources[first]):
        return f"{said}; the highest rate is that of “{best}”, {_share(rivals[best])}."
    return f"{said}."


def of_comparison(results: Results) -> str:
    """Whether a variant is the best."""
    if results.ranking is None:
        return "Withheld: while the split is broken, variants cannot be compared."
    if results.best is not None:
        best = next(v for v in results.variants if v.key == results.best)
        return f"“{best.name}” is better than every other variant."
    # Who gets nobody new has earlier phases to speak for it.
    if min(variant.totals.seen for variant in results.variants if variant.weight) < FEWEST:
        return f"Too few visitors to compare variants{_yet(results)}."
    return f"No variant is shown to be better than all others{_yet(results)}."


def _yet(results: Results) -> str:
    """What may still come is promised only while somebody can come."""
    return "" if results.verdict.is_over else " yet"


def _by_day(results: Results) -> dict[date, Totals]:
    return {
        day: total(row)
        for (phase, day), row in results.days.items()
        if phase == results.phase and total(row).seen
    }


def _rate(totals: Totals) -> float:
    return totals.converted / totals.seen


def _share(totals: Totals) -> str:
    """A rate in percent, or as counts while these are small."""
    if totals.seen < 100:
        return f"{totals.converted:,} of {totals.seen:,}"
    return percent(_rate(totals))


def _date(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B}"
