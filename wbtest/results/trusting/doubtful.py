"""Checks of figures that are too good to be true, and of who sent the people. Pure."""

from __future__ import annotations

from wbtest import statistics
from wbtest.publishing.conversions import ACTS
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.sources import group_of
from wbtest.results.history import History
from wbtest.results.totals import total
from wbtest.results.trust import Check, early, listed, rate_of, share
from wbtest.results.trusting.around import Around
from wbtest.statistics import Counts

# No landing page is known to convert more than this of strangers.
TOO_GOOD = 0.4
# Other words rarely double a rate; what looks so is mostly a fault (Twyman's law).
TOO_MUCH_BETTER = 2.0
# Below this many nothing is too good.
FEWEST_SEEN = 8
# Below this many nobody asks who they were.
FEWEST_STRANGERS = 50
CHATS = ("whatsapp", "telegram", "slack", "discord", "threads", "msteams", "signal")
MANY_PASSED_ON = 0.3


def check_too_good(rule: Hypothesis, counted: History, around: Around) -> Check:
    """Does a variant convert over 40 %, or more than twice as well as another?"""
    check, title = "too_good", "Not too good to be true"
    counts = [Counts(totals.seen, totals.converted) for totals in counted.variants]
    if sum(each.seen for each in counts) < FEWEST_SEEN:
        return early(check, title, f"From {FEWEST_SEEN} people on it says something.")
    best = max(range(len(counts)), key=lambda k: statistics.wilson(counts[k]).low)
    if statistics.wilson(counts[best]).low > TOO_GOOD:
        reason = (
            f"{counts[best].converted:,} of {counts[best].seen:,} who saw {around.name(best)} "
            f"{ACTS[rule.conversion].did}. Two in five strangers never do: friends, or a machine?"
        )
        do = "See where they came from, and read the newest addresses: do you know these people?"
        return Check(check, "warn", reason, title, "doubtful", do=do, where="signups")
    if pair := _doubled(rule, counted, counts):
        a, b = pair
        reason = (
            f"{_better(around.name(a), around.name(b), counts[a], counts[b])}: "
            f"{rate_of(counts[b].converted, counts[b].seen)} against "
            f"{rate_of(counts[a].converted, counts[a].seen)}. Other words rarely double a rate."
        )
        reason = reason[:1].upper() + reason[1:]
        do = f"Sign up on {around.name(a)} yourself, on a phone too: is something broken there?"
        return Check(check, "warn", reason, title, "doubtful", do=do, where="page")
    reason = "The rate is not clearly over 40\u202f%."
    if len(counts) > 1:
        reason = (
            "No rate is clearly over 40\u202f%, and no variant clearly has twice another’s rate."
        )
    return Check(check, "ok", reason, title, "yes")


def _doubled(rule: Hypothesis, counted: History, counts: list[Counts]) -> tuple[int, int] | None:
    """The variants that are furthest apart, if b is proved better and has over twice a's rate."""
    weights = counted.hours.weights
    arms = [k for k, each in enumerate(counts) if each.seen]
    if len(arms) < 2:
        return None
    a = min(arms, key=lambda k: counts[k].converted / counts[k].seen)
    b = max(arms, key=lambda k: counts[k].converted / counts[k].seen)
    is_twice = counts[b].converted * counts[a].seen > (
        TOO_MUCH_BETTER * counts[a].converted * counts[b].seen
    )
    if not is_twice:
        return None
    log_e = statistics.log_e_better(counts[a], counts[b], (weights[a], weights[b]))
    return (a, b) if log_e >= statistics.evidence_needed(rule.alpha, len(arms)) else None


def _better(name_a: str, name_b: str, a: Counts, b: Counts) -> str:
    if not a.converted:
        return f"{name_b} converts, and {name_a} does not at all"
    times = b.converted * a.seen / (a.converted * b.seen)
    return f"{name_b} converts {times:.1f} times as well as {name_a}"


def check_passed_on(rule: Hypothesis, counted: History) -> Check:
    """Did people come by chats and mailboxes, where friends and colleagues pass links on?"""
    check, title = "passed_on", "Strangers, not friends"
    seen = {
        source: total(row).seen
        for source, row in counted.sources.items()
        if rule.counts_source(source)
    }
    everybody = sum(seen.values())
    if everybody < FEWEST_STRANGERS:
        return early(check, title, f"From {FEWEST_STRANGERS} people on it says something.")
    # A source that the rule names was meant, whatever it is.
    private = {
        source: number
        for source, number in seen.items()
        if number and rule.sources is None and _is_private(source)
    }
    if sum(private.values()) <= MANY_PASSED_ON * everybody:
        reason = (
            f"{sum(private.values()):,} of {everybody:,} people came by chats and mailboxes, where "
            "friends and colleagues pass links on."
        )
        if rule.sources is not None:
            reason = "The rule names its sources, so whoever came by one of them was meant."
        return Check(check, "ok", reason, title, "yes")
    told = listed([f"{number:,} from {source}" for source, number in private.items()])
    reason = (
        f"{told[:1].upper()}{told[1:]}: of {everybody:,} people "
        f"{share(sum(private.values()), everybody)} came by chats and mailboxes. Friends and "
        "colleagues pass links on there, and they are kinder than strangers."
    )
    do = (
        "If these are your readers, give the link in your newsletter ?utm_source=newsletter. If "
        "they are friends, let strangers come, and wait."
    )
    return Check(check, "warn", reason, title, "doubtful", do=do, where="links")


def _is_private(source: str) -> bool:
    return source in CHATS or (group_of(source) == "mail" and source not in ("newsletter", "email"))
