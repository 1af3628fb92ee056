"""Checks of the visitors: who came, when, who sent them, who was left out. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from wbtest import statistics
from wbtest.audience.recording.counting_rules import OFF_SITE, WAITING
from wbtest.publishing.rule import ACTS, Hypothesis
from wbtest.publishing.sources import group_of
from wbtest.results.history import History, total
from wbtest.results.trust import (
    Check,
    CheckContext,
    CheckState,
    capital,
    early,
    listed,
    not_applicable,
    rate_of,
    share,
)
from wbtest.statistics import Counts
from wbtest.web import number_of

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK = len(WEEKDAYS)
FEWEST_SIGNUPS = 10
# Below this many requests a share of machines says nothing.
FEWEST_REQUESTS = 100
# A proxy that strips headers does it to everybody; a script here and there is usual.
MANY_PRETENDERS = 0.2
MANY_EXCLUDED = 0.2
# Of fewer people a share of those left out says nothing.
FEWEST_PEOPLE = 20
MANY_TWICE = 0.01
# Of fewer people a share of unknown networks says nothing.
FEWEST_NETWORKS = 50
MANY_UNKNOWN = 0.05
# Stands among the machines, since no more is known of it than a number.
LOST = "lost"
# Came when the test was over, or signed up on another site: nobody was left out of a visit.
NEVER_VISITORS = (WAITING, OFF_SITE)
MEANINGS = {
    "bot": "Called itself a crawler or script, or didn’t behave like the browser it claimed to be.",
    "preview": "A chat app or social network fetched the page to show a preview of the link.",
    "prefetch": "A browser fetched the page in advance, but nobody opened it.",
    "team": "Was logged in here, or used a browser that somebody on the team marked as theirs.",
    "suspected": "Sent the form the way a script does, for example by filling in a hidden field.",
    "paused": "Looked at the page while the test was paused.",
    "crowd": "Came from a network that had already sent as many visitors as we count from one.",
    "opted_out": "Asked not to be counted. We only keep an email they left.",
    "source": "Came from a source the locked rule doesn’t count.",
    "waiting": "Signed up for the waiting list after the end.",
    OFF_SITE: "Used your form on another site. Nobody knows how many saw it, so it’s in no rate.",
    "lost": "The database didn’t store these, so we know nothing more about them.",
}
REASONS = {
    "bot": "bots",
    "preview": "link previews",
    "prefetch": "prefetches",
    "team": "on the team",
    "suspected": "suspected of being a bot",
    "crowd": "over the limit for one network",
    "paused": "while the test was paused",
    "returning": "shown an earlier test of this idea",
    "opted_out": "who objected to being counted",
    "source": "from a source that doesn’t count",
    WAITING: "on the waiting list, after the end",
    OFF_SITE: "who signed up on another site",
    LOST: "lost, because the database didn’t store them",
}
# Of one of them.
ONE = {"bot": "bot", "preview": "link preview", "prefetch": "prefetch"}
# What to do when most of those left out are of a kind.
FIXES = {
    "team": "Ask your team to use previews: anyone who opens the page once is left out for good.",
    "suspected": "Check where these came from. If they’re people, an owner can include them.",
    "crowd": (
        "If you know them, announce the next event before its test. If you don’t, somebody "
        "visited again and again. If this server is behind a proxy, check WBTEST_TRUSTED_PROXIES."
    ),
    "paused": "Don’t share links while the test is paused, or resume it.",
    "returning": "Find people who don’t know the idea yet, in places you haven’t used.",
    "opted_out": "There’s nothing to fix. Would people who object answer differently?",
    "source": "If you want these people too, name their source in your next test’s rule.",
}
# No landing page is known to convert more than this of strangers.
TOO_GOOD = 0.4
# Other words rarely double a rate; what looks so is mostly a fault (Twyman's law).
TOO_MUCH_BETTER = 2.0
KNOW_THE_TEAM = "The rule counts people who know you."
# Below this many nothing is too good.
FEWEST_SEEN = 8
# Below this many nobody asks who they were.
FEWEST_STRANGERS = 50
CHATS = ("whatsapp", "telegram", "slack", "discord", "threads", "msteams", "signal")
MANY_PASSED_ON = 0.3


def check_machines(counted: History, around: CheckContext) -> Check:
    """Are there more machines than people, or people who are taken for machines?"""
    check, title = "machines", "Bots and previews excluded"
    machines = {reason: sum(row) for reason, row in counted.machines.items() if reason != LOST}
    kinds = [_told(reason, number) for reason, number in machines.items() if number]
    count, people = sum(machines.values()), total(counted.variants).served
    beside = f"against {number_of(people, 'person', 'people')}"
    reason = f"Excluded: {listed(kinds)}." if count else "No bots visited."
    if count + people < FEWEST_REQUESTS:
        return early(check, title, reason, f"{count:,}")
    if around.pretenders >= FEWEST_REQUESTS and around.pretenders > MANY_PRETENDERS * people:
        reason += (
            f" Of these, {around.pretenders:,} claim to be Chrome but lack what Chrome sends, "
            f"{beside}. They may be people too."
        )
        do = (
            "If this server is behind a proxy, let it pass on all headers that begin with "
            "Sec-Fetch. Without them, people look like scripts."
        )
        return Check(check, "warn", reason, title, f"{count:,}", do=do, where="excluded")
    # Link previews and prefetches are a sign that people pass the link on.
    bots = machines.get("bot", 0)
    if bots >= FEWEST_REQUESTS and bots > people:
        reason += (
            f" That’s {share(bots, bots + people)} bots, {beside}. When so many say they’re bots, "
            "others may be hiding it."
        )
        do = "Read the newest addresses and questions: a hidden bot would show up there."
        return Check(check, "warn", reason, title, f"{count:,}", do=do, where="signups")
    return Check(check, "ok", reason, title, f"{count:,}")


def check_lost(counted: History) -> Check:
    title = "Visits lost"
    count = sum(counted.machines.get(LOST, ()))
    if not count and not total(counted.variants).served:
        return early("lost", title, "Nobody has visited.", "0")
    if not count:
        return Check("lost", "ok", "Everything visitors did was stored.", title, "0")
    lost = number_of(count, "visit or view", "visits or views")
    reason = (
        f"The database didn’t store {lost}. That hits all variants alike: rates stay fair, but "
        "counts are too low."
    )
    do = "Ask the person who runs the server to check its log and disk space."
    return Check("lost", "warn", reason, title, f"{count:,}", do=do)


def check_people(counted: History) -> Check:
    title = "People excluded"
    people = {
        reason: sum(aside.people for aside in row)
        for reason, row in counted.left_out.items()
        if reason not in NEVER_VISITORS
    }
    count = sum(people.values())
    everybody = count + total(counted.variants).served
    kinds = listed([_told(reason, number) for reason, number in people.items() if number])
    reason = f"Excluded by the locked rule: {kinds}." if count else "Nobody was excluded."
    state: CheckState = "warn" if count > MANY_EXCLUDED * everybody else "ok"
    if everybody < FEWEST_PEOPLE:
        return Check("excluded", state, reason, title, f"{count:,}", is_early=True)
    if state == "warn":
        reason += " That’s a lot: the rest may not be the people you asked about."
        most = max(people, key=people.__getitem__)
        do = FIXES.get(most, "Check whether you meant to exclude them.")
        return Check("excluded", state, reason, title, f"{count:,}", do=do, where="excluded")
    return Check("excluded", "ok", reason, title, f"{count:,}")


def check_unknown(unknown: int, seen: int) -> Check:
    """Can the networks of those seen be told, or may a proxy hide them?"""
    check, title = "unknown", "Visitors’ networks known"
    if seen < FEWEST_NETWORKS:
        return early(check, title, f"This check needs {FEWEST_NETWORKS} visitors.")
    told = f"We couldn’t identify the network of {unknown:,} of {seen:,} people."
    if unknown < MANY_UNKNOWN * seen:
        return Check(check, "ok", told, title, share(seen - unknown, seen))
    reason = (
        f"{told} We may be seeing your proxy instead of your visitors. One person with a script "
        "could then count as many."
    )
    do = (
        "Ask the person who runs the server to set WBTEST_TRUSTED_PROXIES to the number of "
        "proxies, and to run wbtest doctor."
    )
    return Check(check, "warn", reason, title, share(seen - unknown, seen), do=do)


def check_weekdays(counted: History, around: CheckContext) -> Check:
    """Did people come on every day of the week, once there was one?"""
    title = "Every day of the week covered"
    seen = {
        day.weekday() for day, row in counted.days.items() if any(totals.seen for totals in row)
    }
    if not seen:
        return early(
            "weekdays", title, "Nobody visited." if around.is_over else "Nobody has visited yet."
        )
    missing = [name for number, name in enumerate(WEEKDAYS) if number not in seen]
    if not missing:
        return Check("weekdays", "ok", "People visited on every day of the week.", title, "yes")
    value = f"{len(seen)} of {WEEK}"
    if around.days is not None and around.days <= WEEK and not around.is_over:
        reason = f"This is day {around.days}. This check needs a week."
        return early("weekdays", title, reason, value)
    reason = f"Nobody visited on a {listed(missing, 'or')}. Habits differ over the week."
    do = "Next time, run the test for whole weeks."
    if not around.is_over:
        do = f"Share the link so that people visit on a {listed(missing, 'and on a')} too."
    return Check("weekdays", "warn", reason, title, value, do=do, where="links")


def check_without_beacon(rule: Hypothesis, counted: History) -> Check:
    title = "Sign-ups without a view"
    sums = total(counted.variants)
    if not sums.signups:
        return early("without_beacon", title, "Nobody has signed up.", "0")
    reason = "Everyone who signed up was recorded as having seen the page."
    if sums.unseen:
        kept = (
            "It’s kept, but doesn’t count in the rate"
            if sums.unseen == 1
            else "They’re kept, but don’t count in the rate"
        )
        reason = (
            f"{sums.unseen:,} of {number_of(sums.signups, 'sign-up')} came too late, or from "
            f"somebody whose view wasn’t recorded. {kept}."
        )
    if sums.signups < FEWEST_SIGNUPS:
        return early("without_beacon", title, reason, f"{sums.unseen:,}")
    if sums.unseen <= rule.lost_beacons * sums.signups:
        return Check("without_beacon", "ok", reason, title, f"{sums.unseen:,}")
    do = "Open the page as a visitor would, with a new browser, wait two seconds, and sign up."
    return Check("without_beacon", "warn", reason, title, f"{sums.unseen:,}", do=do, where="page")


def check_two_variants(counted: History) -> Check:
    """Did the same people see two variants? Known of those alone who signed up under both."""
    title = "One variant per person"
    count = counted.two_variants
    everybody = sum(totals.signups for row in counted.days.values() for totals in row)
    if not count and len(counted.variants) == 1:
        return not_applicable(
            "two_variants", title, "There’s only one variant, so nobody can see two."
        )
    if not count and everybody < FEWEST_SIGNUPS:
        reason = f"This check needs {FEWEST_SIGNUPS} sign-ups."
        return early("two_variants", title, reason)
    if not count:
        reason = "Nobody is known to have been shown two variants."
        return Check("two_variants", "ok", reason, title, "yes")
    who = "somebody who was" if count == 1 else "people who were"
    reason = (
        f"{count:,} of {number_of(everybody, 'sign-up')} came from {who} shown two variants, on "
        "another device or without the cookie. Their first sign-up counts."
    )
    exceptions = number_of(count, "exception")
    if count <= MANY_TWICE * everybody:
        return Check("two_variants", "ok", reason, title, exceptions)
    reason += " That’s a lot: the variants differ more than these figures say."
    do = (
        "See whether something deletes our cookie, or whether your team or friends are trying the "
        "page on several devices."
    )
    return Check("two_variants", "warn", reason, title, exceptions, do=do, where="signups")


def _told(reason: str, number: int) -> str:
    return f"{number:,} {ONE[reason] if number == 1 and reason in ONE else reason_name(reason)}"


def reason_name(reason: str) -> str:
    """The reason for an exclusion in words.

    >>> reason_name("opted_out")
    'who objected to being counted'
    """
    return REASONS.get(reason, reason.replace("_", " "))


def meaning_of(reason: str) -> str:
    """What somebody of this reason did, in a sentence; '' for one that has none."""
    return MEANINGS.get(reason, "")


def check_too_good(rule: Hypothesis, counted: History, around: CheckContext) -> Check:
    """Does a variant convert over 40 % of strangers, or more than twice as well as another?"""
    check, title = "too_good", "Believable rate"
    if rule.knows_team and len(counted.variants) == 1:
        return not_applicable(check, title, KNOW_THE_TEAM)
    counts = [Counts(totals.seen, totals.converted) for totals in counted.variants]
    if sum(each.seen for each in counts) < FEWEST_SEEN:
        return early(check, title, f"This check needs {FEWEST_SEEN} visitors.")
    lows = [statistics.wilson(each).low for each in counts]
    best = lows.index(max(lows))
    if lows[best] > TOO_GOOD and not rule.knows_team:
        reason = (
            f"{counts[best].converted:,} of {counts[best].seen:,} who saw {around.name(best)} "
            f"{ACTS[rule.conversion].did}. With strangers, it’s never two in five: are these "
            "friends, or a bot?"
        )
        do = "See where they came from, and read the newest addresses: do you know these people?"
        return Check(check, "warn", reason, title, "doubtful", do=do, where="signups")
    if pair := _doubled(rule, counted.hours.weights, counts):
        a, b = pair
        name_a, name_b = around.name(a), around.name(b)
        better = f"{name_b} converts, but {name_a} doesn’t at all"
        if counts[a].converted:
            times = counts[b].converted * counts[a].seen / (counts[a].converted * counts[b].seen)
            better = f"{name_b} converts {times:.1f} times as well as {name_a}"
        reason = capital(
            f"{better}: {rate_of(counts[b].converted, counts[b].seen)} against "
            f"{rate_of(counts[a].converted, counts[a].seen)}. New words rarely double a rate."
        )
        do = f"Sign up on {name_a} yourself, on a phone too: is something broken there?"
        return Check(check, "warn", reason, title, "doubtful", do=do, where="page")
    reason = "We only question rates that are clearly over 40%, or clearly double another."
    if rule.knows_team:
        reason = "We only question rates that are clearly double another."
    elif len(counts) == 1:
        reason = "We only question rates that are clearly over 40%."
    return Check(check, "ok", reason, title, "yes")


def _doubled(
    rule: Hypothesis, weights: Sequence[int], counts: Sequence[Counts]
) -> tuple[int, int] | None:
    """The variants that are furthest apart, if b is proved better and has over twice a's rate."""
    rates = {k: each.converted / each.seen for k, each in enumerate(counts) if each.seen}
    if len(rates) < 2:
        return None
    a, b = (end(rates, key=rates.__getitem__) for end in (min, max))
    is_twice = counts[b].converted * counts[a].seen > (
        TOO_MUCH_BETTER * counts[a].converted * counts[b].seen
    )
    if not is_twice:
        return None
    log_e = statistics.log_e_better(counts[a], counts[b], (weights[a], weights[b]))
    return (a, b) if log_e >= statistics.evidence_needed(rule.alpha, len(rates)) else None


def check_passed_on(rule: Hypothesis, counted: History) -> Check:
    """Did people come by chats and mailboxes, where friends and colleagues pass links on?"""
    check, title = "passed_on", "Mostly strangers"
    if rule.knows_team:
        return not_applicable(check, title, KNOW_THE_TEAM)
    seen = {
        source: total(row).seen
        for source, row in counted.sources.items()
        if rule.counts_source(source)
    }
    everybody = sum(seen.values())
    if everybody < FEWEST_STRANGERS:
        return early(check, title, f"This check needs {FEWEST_STRANGERS} visitors.")
    # A source that the rule names was meant, whatever it is.
    private = {}
    for source, number in seen.items() if rule.sources is None else ():
        is_mail = group_of(source) == "mail" and source not in ("newsletter", "email")
        if number and (is_mail or source in CHATS):
            private[source] = number
    if sum(private.values()) <= MANY_PASSED_ON * everybody:
        reason = (
            f"{sum(private.values()):,} of {everybody:,} people came from chats or email, where "
            "friends and colleagues pass links on."
        )
        if rule.sources is not None:
            reason = "The rule names its sources, so people from them count."
        return Check(check, "ok", reason, title, "yes")
    told = listed([f"{number:,} from {source}" for source, number in private.items()])
    reason = (
        f"{share(sum(private.values()), everybody)} of {everybody:,} people came from chats or "
        f"email: {told}. Friends and colleagues pass links on there, and they’re kinder than "
        "strangers."
    )
    do = (
        "If these are your readers, add ?utm_source=newsletter to the link in your newsletter. If "
        "they’re friends, wait until strangers visit."
    )
    return Check(check, "warn", reason, title, "doubtful", do=do, where="links")
