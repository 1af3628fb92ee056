"""Checks of whose mailboxes converted: many at one domain, or one under many spellings. Pure.

Of simulated tests with honest consumers at most one in a hundred is amber
(``tests/results/trusting/test_mailboxes.py``). Where a company is a tenth of all sign-ups it is on
purpose: from here nobody can tell its people from one who owns the domain.
"""

from __future__ import annotations

from wbtest.http import number_of
from wbtest.results.history import History
from wbtest.results.trust import Check, early

FEWEST_SIGNUPS = 20
# At domains that hold a twentieth each: in no town do so many have the same small provider.
LARGE_DOMAIN, MANY_AT_LARGE = 0.05, 0.1
# Some people sign up twice and spell their address otherwise.
FEWEST_AGAIN, MANY_AGAIN = 5, 0.03


def check_domains(counted: History) -> Check:
    """Are many at a domain that somebody owns, who then has every address there?"""
    check, title, newest = "domains", "Mail domains", counted.conversions
    if newest.with_address < FEWEST_SIGNUPS:
        return early(check, title, f"From {FEWEST_SIGNUPS} sign-ups on it says something.")
    large = [each for each in newest.domains if each >= LARGE_DOMAIN * newest.with_address]
    number = sum(large)
    of = f"of the newest {newest.with_address:,} sign-ups"
    if number < MANY_AT_LARGE * newest.with_address:
        reason = f"Less than a tenth {of} are at large domains of no well-known mailbox provider."
        return Check(check, "ok", reason, title, "many")
    domains = number_of(len(large), "domain")
    providers = "a well-known provider’s" if len(large) == 1 else "well-known providers’"
    reason = (
        f"{number:,} {of} are at {domains}, not {providers}. The owner of a domain has every "
        "address there."
    )
    do = "See which it is. If you don’t know these people, set the domain aside, with a reason."
    value = f"{number:,} at {domains}"
    return Check(check, "warn", reason, title, value, do=do, where="aside")


def check_spellings(counted: History) -> Check:
    """Did one mailbox sign up under many spellings?"""
    check, title, newest = "spellings", "One sign-up for each mailbox", counted.conversions
    if newest.with_address < FEWEST_SIGNUPS:
        return early(check, title, f"From {FEWEST_SIGNUPS} sign-ups on it says something.")
    of = f"of the newest {newest.with_address:,} sign-ups"
    if newest.again < FEWEST_AGAIN or newest.again <= MANY_AGAIN * newest.with_address:
        number = f"{newest.again:,}" if newest.again else "None"
        reason = f"{number} {of} repeat a mailbox under another spelling."
        return Check(check, "ok", reason, title, "yes")
    reason = (
        f"{newest.again:,} {of} repeat a mailbox under another spelling, such as ada+1@ for ada@, "
        "or a.da@gmail.com for ada@gmail.com. Each counts as a person."
    )
    do = "Look at these sign-ups: did your own team try the page, or somebody pad the figures?"
    return Check(check, "warn", reason, title, f"{newest.again:,} not", do=do, where="signups")
