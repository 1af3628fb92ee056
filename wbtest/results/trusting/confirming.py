"""Checks of the addresses: do people confirm them, alike everywhere, and are they theirs? Pure."""

from __future__ import annotations

from wbtest import statistics
from wbtest.audience.segments_counts import Newest
from wbtest.http import number_of
from wbtest.publishing.rule import Hypothesis
from wbtest.results.history import History
from wbtest.results.totals import total
from wbtest.results.trust import Check, early, listed, share_of
from wbtest.results.trusting.around import Around

FEWEST_SIGNUPS = 10
# Of confirmations pressed by scanners of mail, and of addresses that last an hour.
MANY_AUTOMATED, MANY_DISPOSABLE = 0.2, 0.1


def check_confirmed(rule: Hypothesis, counted: History, around: Around) -> Check:
    """Do at least half confirm, of those who were asked?"""
    title, newest = "Confirmed addresses", around.newest
    sums = total(counted.variants)
    if not around.confirms:
        reason = "This page asks nobody to confirm, so nobody knows whose addresses these are."
        return Check("confirmed", "ok", reason, title, "not asked")
    if not sums.signups:
        return early("confirmed", title, "Nobody signed up yet.")
    if newest.unasked:
        return _some_unasked(rule, newest, title, is_all=newest.count == sums.signups)
    reason = f"{sums.confirmed:,} of {sums.signups:,} confirmed by the link in their mail."
    if sums.signups < FEWEST_SIGNUPS:
        reason += f" From {FEWEST_SIGNUPS} on it says something."
        return early("confirmed", title, reason, f"{sums.confirmed} of {sums.signups}")
    value = share_of(sums.confirmed, sums.signups)
    if sums.confirmed * 2 >= sums.signups:
        return Check("confirmed", "ok", reason, title, value)
    reason += " Fewer than half: perhaps mails do not arrive, or few of them want it."
    do = "Sign up on the page with an address of your own at another provider, and see what comes."
    return Check("confirmed", "warn", reason, title, value, do=do, where="page")


def _some_unasked(rule: Hypothesis, newest: Newest, title: str, *, is_all: bool) -> Check:
    """What to say where no mail server was set for a while, or for all of the test.

    ``is_all``: the newest are all that there are.
    """
    if newest.unasked == newest.count and is_all:
        reason = "No mail server was set when people signed up, so nobody was asked to confirm."
        value = "not asked"
    else:
        were = "was" if newest.unasked == 1 else "were"
        reason = (
            f"Of the newest {number_of(newest.count, 'sign-up')} {newest.unasked:,} {were} not "
            "asked to confirm: no mail server was set."
        )
        value = f"{newest.unasked:,} not asked"
    if rule.conversion != "confirmed":
        return Check("confirmed", "ok", reason, title, value)
    reason += " The rule counts only confirmed sign-ups, so the rate is too low."
    do = "Set WBTEST_MAIL_URL on the server, and start a new test."
    return Check("confirmed", "warn", reason, title, value, do=do, where="signups")


def check_confirmed_alike(counted: History, around: Around) -> Check:
    """Do as many confirm in each variant?"""
    check, title = "confirmed_alike", "Confirmed alike in all variants"
    variants = counted.variants
    signups = [totals.signups for totals in variants]
    confirmed = [totals.confirmed for totals in variants]
    if len(variants) == 1:
        return Check(check, "ok", "There is one variant, so nothing differs.", title, "–")
    if not around.confirms:
        return Check(check, "ok", "This page asks nobody to confirm.", title, "–")
    if min(signups) < FEWEST_SIGNUPS:
        reason = f"From {FEWEST_SIGNUPS} addresses in each variant on it says something."
        return early(check, title, reason)
    shares = listed([f"{n:,} of {of:,}" for n, of in zip(confirmed, signups, strict=True)])
    open_ones = [of - n for n, of in zip(confirmed, signups, strict=True)]
    # A lower share shows in who confirmed, and in who did not, whichever is the rarer.
    if any(statistics.split(counts, signups).mismatch for counts in (confirmed, open_ones)):
        reason = (
            f"In the variants {shares} confirmed, which chance does not explain. One of them may "
            "draw people who mean it less, or machines."
        )
        do = "Compare the variants by who confirmed, and look at the addresses of the lower one."
        return Check(check, "warn", reason, title, "no", do=do, where="signups")
    reason = f"In the variants {shares} confirmed. Chance can explain the difference."
    return Check(check, "ok", reason, title, "yes")


def check_addresses(around: Around) -> Check:
    """Are these addresses that people keep, and did people confirm them?"""
    check, title, newest = "addresses", "Addresses that people keep", around.newest
    if newest.count < FEWEST_SIGNUPS:
        reason = f"From {FEWEST_SIGNUPS} addresses on it says something."
        return early(check, title, reason)
    found = []
    if newest.disposable > MANY_DISPOSABLE * newest.count:
        found.append(f"{newest.disposable:,} are of services that give them away for an hour")
    if newest.confirmed and newest.automated > MANY_AUTOMATED * newest.confirmed:
        found.append(
            f"{newest.automated:,} of {number_of(newest.confirmed, 'confirmation')} came so fast "
            f"that a machine may have sent {'it' if newest.automated == 1 else 'them'}"
        )
    whole = f"Of the newest {newest.count:,} addresses"
    if not found:
        are = "is a throw-away one" if newest.disposable == 1 else "are throw-away ones"
        look = "looks" if newest.automated == 1 else "look"
        reason = (
            f"{whole} {newest.disposable:,} {are}, and "
            f"{number_of(newest.automated, 'confirmation')} {look} like a machine’s."
        )
        return Check(check, "ok", reason, title, "yes")
    reason = f"{whole} {listed(found)}. They count, and they are worth less than the rest."
    do = "Look at these addresses in the list. Where a confirmation decides, wait for real ones."
    return Check(check, "warn", reason, title, "doubtful", do=do, where="signups")
