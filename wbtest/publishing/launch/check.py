"""The launch check: what must not be, and what must be seen, before strangers come. Pure."""

from collections.abc import Iterator, Sequence

from wbtest.publishing import copy
from wbtest.publishing.copy import PageCopy
from wbtest.publishing.launch.payment import find_demand
from wbtest.publishing.launch.setting import (
    check_address,
    check_counting,
    check_crowds,
    check_mail,
    check_need,
    check_networks,
    check_visitors,
)
from wbtest.publishing.launch.values import WHERE_MISSING, Finding, Kind, Situation


def findings(now: Situation) -> list[Finding]:
    """Return all that was looked at: blockers, then warnings, then what is fine."""
    found = [*_basics(now), *_honesty(now), *_pages(now), *check_address(now)]
    found += [
        *check_networks(now),
        *check_mail(now),
        *check_visitors(now),
        *check_need(now),
        *check_crowds(now),
        *check_counting(now),
    ]
    order: tuple[Kind, ...] = ("blocker", "warning", "fine")
    return sorted(found, key=lambda finding: order.index(finding.kind))


def repeated_pages(pages: Sequence[tuple[str, PageCopy]]) -> Iterator[tuple[str, str]]:
    """Return the name of each page that says what one before it says, with that one's name."""
    first: dict[str, int] = {}
    for place, (name, page) in enumerate(pages):
        same = first.setdefault(copy.digest(page), place)
        if same != place:
            yield name, pages[same][0]


def _basics(now: Situation) -> Iterator[Finding]:
    for what, sentence in now.missing:
        yield Finding("blocker", what, sentence, where=WHERE_MISSING[what])
    lacking = {what for what, _ in now.missing}
    for what, sentence in (
        ("approval", "The newest revision is approved."),
        ("end", "The last day is set, and late enough."),
        ("controller", "The privacy page names who is responsible, with an address."),
    ):
        if what not in lacking and not (what == "approval" and "newest" in lacking):
            yield Finding("fine", what, sentence)
    yield _able_to_stop(now)


def _able_to_stop(now: Situation) -> Finding:
    rule, each = now.rule, now.rule.maximum_visitors // len(now.pages)
    # No evidence is stronger than how much likelier nobody's signing up is at a rate of zero.
    if (1 - rule.target) ** each > rule.beta:
        return Finding(
            "blocker",
            "stop",
            f"With {rule.maximum_visitors:,} visitors at most the rule can never say stop, even if "
            "nobody signs up.",
            "Let more visitors come, or test fewer variants.",
            "rule",
        )
    return Finding("fine", "stop", "The rule is whole, and it can say stop.")


def _honesty(now: Situation) -> Iterator[Finding]:
    # No draft can lack these two: the words are the tool's own, and `strings_of` keeps them.
    when = "before they sign up" if now.rule.disclosure == "before" else "right after they sign up"
    yield Finding("fine", "disclosure", f"Visitors learn that it does not exist yet {when}.")
    if any(section.kind == "quote" for _, page in now.pages for section in page.sections):
        yield Finding("fine", "quote", "The customer’s quote is labelled as imagined.")
    demands = [(name, demand) for name, page in now.pages if (demand := find_demand(page))]
    for name, demand in demands[:1]:
        yield Finding(
            "blocker",
            "payment",
            f"“{demand}” in “{name}” asks for money, and nobody can pay here.",
            "Ask for an address instead, as in “Tell me when it is there”. A price may stay.",
            "variants" if name != now.pages[0][0] else "release",
        )
    if not demands:
        yield Finding("fine", "payment", "Nobody is asked to pay here.")


def _pages(now: Situation) -> Iterator[Finding]:
    for name, same in repeated_pages(now.pages):
        yield Finding(
            "blocker",
            "variants",
            f"“{name}” is the same page as “{same}”.",
            "Change its words, or remove it: it would only take visitors away.",
            "variants",
        )
    for sentence in now.conflicts:
        yield Finding("blocker", "options", sentence, where="options")
    if link := now.options.preorder_url:
        yield Finding(
            "warning",
            "preorder",
            f"The pre-order leads to {link}. We take no money and see no payment.",
            "Open it once. Browsers may stop a link that sends people on to another site.",
            "options",
        )
    for fault in now.look_faults:
        yield Finding("blocker", "look", fault, where="look")
    if not now.look_faults:
        yield Finding("fine", "look", "Text can be read, and pictures have words.")
