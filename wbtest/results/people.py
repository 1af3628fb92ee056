"""Checks of the people: who came, when, who was left out, and who left an address. Pure."""

from __future__ import annotations

from wbtest.publishing.rule import Hypothesis
from wbtest.results import statistics
from wbtest.results.history import History
from wbtest.results.totals import total
from wbtest.results.trust import Check, listed

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FEWEST_SIGNUPS = 10
# No landing page is known to convert more than this of strangers.
TOO_GOOD = 0.4
MANY_EXCLUDED = 0.2
MANY_TWICE = 0.01
# Stands among the machines, since no more is known of it than a number.
LOST = "lost"
# Came when the test was over: they were never to count, and say nothing of it.
WAITING = "waiting"
REASONS = {
    "bot": "bots",
    "preview": "link previews",
    "prefetch": "prefetches",
    "team": "of the team",
    "suspected": "suspected of being a machine",
    "paused": "while the test was paused",
    "opted_out": "who objected to being counted",
    "source": "from a source that does not count",
    "imported": "brought in from a list",
    WAITING: "on the waiting list, after the end",
    LOST: "lost, because the database did not take them",
}


def check_machines(counted: History) -> Check:
    machines = {reason: sum(row) for reason, row in counted.machines.items() if reason != LOST}
    kinds = [f"{number:,} {reason_name(reason)}" for reason, number in machines.items()]
    reason = f"Set aside: {listed(kinds)}." if kinds else "No machine came by."
    count = sum(machines.values())
    return Check("machines", "ok", reason, "Bots set aside", f"{count:,}")


def check_lost(counted: History) -> Check:
    title = "Visits lost"
    count = sum(counted.machines.get(LOST, ()))
    if not count:
        return Check("lost", "ok", "Everything that visitors did was stored.", title, "0")
    reason = (
        f"The database did not take {count:,} visits or messages that a page was seen. Loss "
        "does not choose a variant: rates stay fair, counts are too low. Ask whoever runs the "
        "server to look at its log."
    )
    return Check("lost", "warn", reason, title, f"{count:,}")


def check_people(counted: History) -> Check:
    title = "People set aside"
    people = {
        reason: sum(aside.people for aside in row)
        for reason, row in counted.set_aside.items()
        if reason != WAITING
    }
    count = sum(people.values())
    if not count:
        return Check("excluded", "ok", "Nobody had to be left out.", title, "0")
    kinds = listed([f"{number:,} {reason_name(reason)}" for reason, number in people.items()])
    reason = f"Left out by the sealed rule: {kinds}."
    if count > MANY_EXCLUDED * (count + total(counted.variants).served):
        reason += " That is many: what is left may not be the people you asked about."
        return Check("excluded", "warn", reason, title, f"{count:,}")
    return Check("excluded", "ok", reason, title, f"{count:,}")


def check_weekdays(counted: History) -> Check:
    title = "All weekdays seen"
    seen = {day.weekday() for (_, day), row in counted.days.items() if total(row).seen}
    if not seen:
        return Check("weekdays", "ok", "Nobody came.", title, "–")
    missing = [name for number, name in enumerate(WEEKDAYS) if number not in seen]
    if not missing:
        return Check("weekdays", "ok", "People came on every day of the week.", title, "yes")
    reason = f"Nobody came on a {listed(missing, 'or')}. Habits differ over the week."
    return Check("weekdays", "warn", reason, title, f"{len(seen)} of 7")


def check_without_beacon(rule: Hypothesis, counted: History) -> Check:
    title = "Sign-ups without a beacon"
    sums = total(counted.variants)
    if not sums.unseen:
        reason = "Every sign-up came from somebody who was seen before."
        return Check("without_beacon", "ok", reason, title, "0")
    reason = (
        f"{sums.unseen:,} of {sums.signups:,} sign-ups had no beacon before them, or came after "
        "their time. They are kept, and stand in neither side of the rate."
    )
    is_many = sums.signups >= FEWEST_SIGNUPS and sums.unseen > rule.lost_beacons * sums.signups
    return Check("without_beacon", "warn" if is_many else "ok", reason, title, f"{sums.unseen:,}")


def check_two_variants(counted: History) -> Check:
    """Did the same people see two variants? Known of those alone who signed up under both."""
    title = "One variant for each person"
    count = counted.two_variants
    if not count:
        reason = "Nobody is known to have been shown two variants."
        return Check("two_variants", "ok", reason, title, "yes")
    everybody = sum(total(row).signups for row in counted.days.values())
    reason = (
        f"{count:,} of {everybody:,} sign-ups came from people who were shown two variants: their "
        "browser lost the cookie. What they saw first is what counts."
    )
    if count <= MANY_TWICE * everybody:
        return Check("two_variants", "ok", reason, title, f"{count:,} not")
    reason += " That is many: the variants differ more than these figures say."
    return Check("two_variants", "warn", reason, title, f"{count:,} not")


def check_confirmed(counted: History) -> Check:
    title = "Confirmed addresses"
    sums = total(counted.variants)
    if not sums.signups:
        return Check("confirmed", "ok", "Nobody signed up.", title, "–")
    reason = f"{sums.confirmed:,} of {sums.signups:,} confirmed by the link in their mail."
    is_few = sums.signups >= FEWEST_SIGNUPS and sums.confirmed * 2 < sums.signups
    if is_few:
        reason += " Fewer than half: check that the mails arrive, and that these are people."
    value = f"{100 * sums.confirmed / sums.signups:.0f}\u202f%"
    if sums.signups < FEWEST_SIGNUPS:
        value = f"{sums.confirmed} of {sums.signups}"
    return Check("confirmed", "warn" if is_few else "ok", reason, title, value)


def check_too_good(counted: History) -> Check:
    title = "Not too good to be true"
    highest = max(
        statistics.wilson(statistics.Counts(totals.seen, totals.converted)).low
        for totals in counted.variants
    )
    if highest <= TOO_GOOD:
        return Check("too_good", "ok", "The rates are those of strangers.", title, "yes")
    reason = "Two in five or more signed up. Strangers do not: friends, or a machine?"
    return Check("too_good", "warn", reason, title, "doubtful")


def reason_name(reason: str) -> str:
    """The reason for an exclusion in words.

    >>> reason_name("opted_out")
    'who objected to being counted'
    """
    return REASONS.get(reason, reason.replace("_", " "))
