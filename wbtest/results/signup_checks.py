"""Checks of the sign-ups: confirmed addresses, mailboxes, bursts, and traces on the page. Pure.

Of simulated tests with honest consumers at most one in a hundred is amber
(``tests/results/test_signup_checks.py``). Where a company is a tenth of all sign-ups it is on
purpose: from here nobody can tell its people from somebody who owns the domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from math import comb
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wbtest import statistics
from wbtest.audience.quality_counts import Burst, NewestSignups, TraceCounts
from wbtest.publishing.rule import Hypothesis
from wbtest.results.history import History, total
from wbtest.results.trust import (
    Check,
    CheckContext,
    capital,
    day_name,
    early,
    listed,
    not_applicable,
    share_of,
)
from wbtest.web import number_of, percent

FEWEST_ADDRESSES = 10
# Of confirmations pressed by scanners of mail, and of addresses that last an hour.
MANY_AUTOMATED, MANY_DISPOSABLE = 0.2, 0.1
FEWEST_SIGNUPS = 20
# At domains that hold a twentieth each: in no town do so many have the same small provider.
LARGE_DOMAIN, MANY_AT_LARGE = 0.05, 0.1
# Some people sign up twice and spell their address otherwise.
FEWEST_AGAIN, MANY_AGAIN = 5, 0.03
# Before that many came at other times, nobody knows what is usual.
FEWEST_ELSEWHERE = 50
# Readers of one post or newsletter may well sign up three times as often as others, and of those
# who come at once half may. Over all stretches chance has one test in a thousand go beyond.
TIMES_AS_OFTEN, MOST_OFTEN = 3.0, 0.5
RAREST = 1e-3
HOUR = 3600
MOST_TOLD = 3
FEWEST_OTHERS = 10
# A group differs when this share of it left no trace, so many times as many as of the others, and
# chance has one test in a thousand show any such group. Days bring the same browsers; sources may
# bring others, as apps do that open links inside themselves.
MANY_OF_DAY, MANY_OF_SOURCE, TIMES_AS_MANY = 0.4, 0.7, 3.0
# Of all sign-ups, where most of the other visitors left one.
MOST_WITHOUT, FEWEST_VISITORS = 0.5, 50


def check_confirmed(rule: Hypothesis, counted: History, around: CheckContext) -> Check:
    """Do at least half confirm, of those who were asked?"""
    title, newest = "Confirmed emails", around.newest
    sums = total(counted.variants)
    if not around.confirms:
        reason = "This page doesn’t ask people to confirm, so anyone could have left these emails."
        return not_applicable("confirmed", title, reason, "not asked")
    if not sums.signups:
        return early("confirmed", title, "Nobody signed up yet.")
    if newest.unasked:
        return _some_unasked(rule, newest, title, is_all=newest.count == sums.signups)
    reason = f"{sums.confirmed:,} of {sums.signups:,} confirmed using the link in their email."
    if sums.signups < FEWEST_ADDRESSES:
        reason += f" This check needs {FEWEST_ADDRESSES} sign-ups."
        return early("confirmed", title, reason, f"{sums.confirmed} of {sums.signups}")
    value = share_of(sums.confirmed, sums.signups)
    if sums.confirmed * 2 >= sums.signups:
        return Check("confirmed", "ok", reason, title, value)
    reason += " That’s fewer than half: emails may not be arriving, or few people want it."
    do = "Sign up yourself with an address at another provider, and see what arrives."
    return Check("confirmed", "warn", reason, title, value, do=do, where="page")


def _some_unasked(rule: Hypothesis, newest: NewestSignups, title: str, *, is_all: bool) -> Check:
    """What to say where no mail server was set for a while, or for all of the test.

    ``is_all``: the newest are all that there are.
    """
    if newest.unasked == newest.count and is_all:
        reason = "Email wasn’t set up when people signed up, so nobody was asked to confirm."
        if rule.conversion != "confirmed":
            return not_applicable("confirmed", title, reason, "not asked")
        value = "not asked"
    else:
        were = "was" if newest.unasked == 1 else "were"
        reason = (
            f"Of the latest {number_of(newest.count, 'sign-up')}, {newest.unasked:,} {were} not "
            "asked to confirm, because email wasn’t set up."
        )
        value = f"{newest.unasked:,} not asked"
    if rule.conversion != "confirmed":
        return Check("confirmed", "ok", reason, title, value)
    reason += " The rule counts only confirmed sign-ups, so the rate is too low."
    do = "Set WBTEST_MAIL_URL on the server, and start a new test."
    return Check("confirmed", "warn", reason, title, value, do=do, where="signups")


def check_confirmed_alike(counted: History, around: CheckContext) -> Check:
    """Do as many confirm in each variant?"""
    check, title = "confirmed_alike", "Similar confirmation rate in all variants"
    variants = counted.variants
    signups = [totals.signups for totals in variants]
    confirmed = [totals.confirmed for totals in variants]
    if len(variants) == 1:
        return not_applicable(
            check, title, "There’s only one variant, so there’s nothing to compare."
        )
    if not around.confirms:
        return not_applicable(check, title, "This page doesn’t ask people to confirm.")
    if min(signups) < FEWEST_ADDRESSES:
        reason = f"This check needs {FEWEST_ADDRESSES} sign-ups in each variant."
        return early(check, title, reason)
    shares = listed([f"{n:,} of {of:,}" for n, of in zip(confirmed, signups, strict=True)])
    open_ones = [of - n for n, of in zip(confirmed, signups, strict=True)]
    # A lower share shows in who confirmed, and in who did not, whichever is the rarer.
    if any(statistics.split(counts, signups).mismatch for counts in (confirmed, open_ones)):
        reason = (
            f"{shares} confirmed, which chance doesn’t explain. One variant may "
            "attract bots, or people who are less serious."
        )
        do = "Compare who confirmed in each variant, and look at the addresses in the lower one."
        return Check(check, "warn", reason, title, "no", do=do, where="signups")
    reason = f"{shares} confirmed. Chance can explain the difference."
    return Check(check, "ok", reason, title, "yes")


def check_addresses(around: CheckContext) -> Check:
    """Are these addresses that people keep, and did people confirm them?"""
    check, title, newest = "addresses", "Genuine email addresses", around.newest
    if newest.count < FEWEST_ADDRESSES:
        reason = f"This check needs {FEWEST_ADDRESSES} sign-ups."
        return early(check, title, reason)
    found = []
    if newest.disposable > MANY_DISPOSABLE * newest.count:
        found.append(f"{newest.disposable:,} come from disposable email services")
    if newest.confirmed and newest.automated > MANY_AUTOMATED * newest.confirmed:
        found.append(
            f"{newest.automated:,} of {number_of(newest.confirmed, 'confirmation')} arrived so "
            f"fast that a program may have sent {'it' if newest.automated == 1 else 'them'}"
        )
    whole = f"Of the latest {newest.count:,} addresses"
    if not found:
        is_one = "is disposable" if newest.disposable == 1 else "are disposable"
        look = "looks" if newest.automated == 1 else "look"
        confirmations = number_of(newest.automated, "confirmation")
        reason = (
            f"{whole}, {newest.disposable or 'none'} {is_one}. "
            f"{confirmations if newest.automated else 'No confirmations'} {look} automated."
        )
        return Check(check, "ok", reason, title, "yes")
    reason = f"{whole}, {listed(found)}. They count, but they’re worth less than the rest."
    do = "Look at these addresses in the list. If confirmations count, wait for real ones."
    return Check(check, "warn", reason, title, "doubtful", do=do, where="signups")


def check_domains(counted: History) -> Check:
    """Are many at a domain that somebody owns, who then has every address there?"""
    check, title, newest = "domains", "Email domains", counted.conversions
    if newest.with_address < FEWEST_SIGNUPS:
        return early(check, title, f"This check needs {FEWEST_SIGNUPS} sign-ups.")
    large = [each for each in newest.domains if each >= LARGE_DOMAIN * newest.with_address]
    number = sum(large)
    of = f"of the latest {newest.with_address:,} sign-ups"
    if number < MANY_AT_LARGE * newest.with_address:
        reason = (
            f"Fewer than a tenth {of} use a little-known email domain that many others use too."
        )
        return Check(check, "ok", reason, title, "varied")
    domains = number_of(len(large), "domain")
    reason = (
        f"{number:,} {of} use {number_of(len(large), 'little-known email domain')}. "
        "Anyone who owns a domain can make up addresses there."
    )
    do = "Find out which. If you don’t know these people, set the domain aside, with a reason."
    value = f"{number:,} at {domains}"
    return Check(check, "warn", reason, title, value, do=do, where="aside")


def check_spellings(counted: History) -> Check:
    """Did one mailbox sign up under many spellings?"""
    check, title, newest = "spellings", "One sign-up per inbox", counted.conversions
    if newest.with_address < FEWEST_SIGNUPS:
        return early(check, title, f"This check needs {FEWEST_SIGNUPS} sign-ups.")
    of = f"of the latest {newest.with_address:,} addresses"
    if newest.again < FEWEST_AGAIN or newest.again <= MANY_AGAIN * newest.with_address:
        number = f"{newest.again:,}" if newest.again else "None"
        are = "are other spellings" if newest.again > 1 else "is another spelling"
        reason = f"{number} {of} {are} of an earlier one."
        return Check(check, "ok", reason, title, "yes")
    reason = (
        f"{newest.again:,} {of} are other spellings of an earlier one, like ada+1@ for ada@ or "
        "a.da@gmail.com for ada@gmail.com. Each counts as a person."
    )
    do = "Look at these sign-ups: did your team try the page, or is somebody padding the figures?"
    return Check(check, "warn", reason, title, f"{newest.again:,} repeats", do=do, where="signups")


class BurstExcess(NamedTuple):
    """A burst, how many were seen around it, the usual rate, and how rare it is by chance."""

    burst: Burst
    seen: int
    usual: float
    tail: float


def check_bursts(counted: History, around: CheckContext) -> Check:
    """Did many sign up within minutes, and more than those who came then explain?"""
    check, title, number = "bursts", "Bursts of sign-ups", counted.conversions.count
    if number < FEWEST_SIGNUPS:
        return early(check, title, f"This check needs {FEWEST_SIGNUPS} sign-ups.")
    found = [_found(counted, burst) for burst in counted.conversions.bursts]
    # A stretch may begin at each sign-up, and be short or long.
    far = [each for each in found if each is not None and each.tail * 2 * number <= RAREST]
    if not far:
        reason = (
            f"Over the latest {number:,} sign-ups, numbers rose and fell with visits, with no "
            "sudden burst."
        )
        return Check(check, "ok", reason, title, "none")
    worst = min(far, key=lambda each: each.tail)
    burst = worst.burst
    start = datetime.fromtimestamp(burst.start_us // 1_000_000, UTC)
    reason = (
        f"{burst.number:,} people signed up within {burst.minutes} minutes of "
        f"{_moment(start, around)}. In these hours, {number_of(worst.seen, 'visitor')} saw the "
        f"page. At the usual {percent(worst.usual)}, we’d expect {worst.usual * worst.seen:.1f} "
        "sign-ups."
    )
    do = (
        "Was there a post, a talk or a newsletter then? If not, set this hour aside, with a reason."
    )
    value = f"{burst.number:,} in {burst.minutes} minutes"
    return Check(check, "warn", reason, title, value, do=do, where="aside")


def _found(counted: History, burst: Burst) -> BurstExcess | None:
    """How rare so many are among those seen from an hour before on; None where nobody can tell."""
    from scipy import special

    hours = counted.hours
    start = burst.start_us / 1_000_000
    first, last = hours.over(int(start) - HOUR), hours.begun(int(start) + 60 * burst.minutes)
    running = hours.running
    seen = int((running.seen[last] - running.seen[first]).sum())
    converted = int((running.converted[last] - running.converted[first]).sum())
    elsewhere = int(running.seen[-1].sum()) - seen
    if elsewhere < FEWEST_ELSEWHERE:
        return None
    usual = (int(running.converted[-1].sum()) - converted + 0.5) / (elsewhere + 1)
    most = min(TIMES_AS_OFTEN * usual, MOST_OFTEN)
    # Some may have been seen the day before.
    whole = max(seen, burst.number)
    tail = float(special.bdtrc(burst.number - 1, whole, most))
    return BurstExcess(burst, whole, usual, tail)


def check_alarms(counted: History, around: CheckContext) -> Check:
    """Were the owners told of unusual hours?"""
    check, title = "alarms", "Unusual hours"
    if not around.unusual and not total(counted.variants).served:
        return early(check, title, "Nobody has visited.", "none")
    if not around.unusual:
        return Check(check, "ok", "No hour was unusual enough to trigger an alert.", title, "none")
    told = "; ".join(f"{_moment(at, around)}: {what}" for at, what in around.unusual[:MOST_TOLD])
    more = len(around.unusual) - MOST_TOLD
    rest = f"; and {number_of(more, 'earlier hour')}" if more > 0 else ""
    reason = f"We alerted your team’s owners to unusual hours. {capital(told)}{rest}."
    do = "See who signed up in these hours, and from where."
    value = f"{len(around.unusual):,}"
    return Check(check, "warn", reason, title, value, do=do, where="signups")


def _moment(at: datetime, around: CheckContext) -> str:
    local = at.astimezone(ZoneInfo(around.time_zone))
    return f"{day_name(local.date())}, {local:%H:%M}"


def check_footprint(counted: History) -> Check:
    """Did those who signed up on a day, or from a source, do anything else on the page?

    A script sends the beacon and the form. People scroll, open a question, enter a field, and their
    browser tells us when they leave. Some browsers tell nothing, so only a group that differs from
    the others says something.
    """
    check, title = "footprint", "Visitors read before signing up"
    all_of_them, *groups = counted.conversions.traces or (TraceCounts("", "", 0, 0),)
    if all_of_them.number < FEWEST_SIGNUPS:
        return early(check, title, f"This check needs {FEWEST_SIGNUPS} sign-ups.")
    found = _differing(all_of_them, groups)
    if found:
        others = _others(all_of_them, found)
        who = (
            f"On {day_name(date.fromisoformat(found.day))}"
            if found.day
            else ("From direct visitors" if found.source == "direct" else f"From {found.source}")
        )
        reason = (
            f"{who}, {found.without:,} of {found.number:,} sign-ups came from visitors who did "
            "nothing else on the page that we know of. For everyone else, it’s "
            f"{others.without:,} of {others.number:,}."
        )
        return _doubted(check, title, found, reason)
    sums = total(total(row) for row in counted.sources.values())
    visitors, readers = sums.seen - sums.converted, counted.conversions.readers
    is_unlike_visitors = (
        all_of_them.without >= MOST_WITHOUT * all_of_them.number
        and visitors >= FEWEST_VISITORS
        and readers > MOST_WITHOUT * visitors
    )
    if is_unlike_visitors:
        reason = (
            f"{all_of_them.without:,} of the latest {all_of_them.number:,} sign-ups came from "
            "visitors who did nothing else on the page that we know of. Most visitors who didn’t "
            "sign up read some of it."
        )
        return _doubted(check, title, all_of_them, reason)
    if all_of_them.without == all_of_them.number:
        reason = "We don’t know what people did on the page besides signing up."
        return early(check, title, reason, "not known")
    rest = f"{all_of_them.number - all_of_them.without:,}" if all_of_them.without else "All"
    reason = (
        f"{rest} of the latest {all_of_them.number:,} sign-ups came from visitors who did "
        "something else on the page too, such as scrolling. No day or source stands out."
    )
    return Check(check, "ok", reason, title, "yes")


def _doubted(check: str, title: str, found: TraceCounts, reason: str) -> Check:
    do = "Look at these sign-ups. Scripts leave no trace, but nor do some browsers."
    value = f"{found.without:,} of {found.number:,} didn’t"
    return Check(check, "warn", reason, title, value, do=do, where="signups")


def _differing(all_of_them: TraceCounts, groups: Sequence[TraceCounts]) -> TraceCounts | None:
    """The group that differs most from all others, if any does."""
    far = [
        (tail, group)
        for group in groups
        if (tail := _tail(all_of_them, group)) * len(groups) <= RAREST
        and _is_far(group, _others(all_of_them, group))
    ]
    return min(far)[1] if far else None


def _others(all_of_them: TraceCounts, group: TraceCounts) -> TraceCounts:
    number, without = all_of_them.number - group.number, all_of_them.without - group.without
    return TraceCounts("", "", number, without)


def _is_far(group: TraceCounts, others: TraceCounts) -> bool:
    share, usual = group.without / group.number, (others.without + 0.5) / (others.number + 1)
    many = MANY_OF_DAY if group.day else MANY_OF_SOURCE
    is_known = others.number >= FEWEST_OTHERS
    return is_known and share >= max(many, TIMES_AS_MANY * usual)


def _tail(all_of_them: TraceCounts, group: TraceCounts) -> float:
    """Chance that as many of a group left no trace, drawn from all (Fisher's exact test)."""
    most = min(group.number, all_of_them.without)
    ways = sum(
        comb(all_of_them.without, k)
        * comb(all_of_them.number - all_of_them.without, group.number - k)
        for k in range(group.without, most + 1)
    )
    return ways / comb(all_of_them.number, group.number)
