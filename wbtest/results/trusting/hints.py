"""Likely causes of what is not in order, by the evidence at hand, the likeliest first. Pure.

A cause for which the counts speak comes before one that is only usual elsewhere. The usual order is
that of the published surveys of broken splits (Fabijan et al. 2019): a variant that fails on some
devices, then machines and filters, then what stands before the page.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from wbtest import statistics
from wbtest.http import number_of
from wbtest.results.history import History
from wbtest.results.trust import Check, listed
from wbtest.results.trusting.around import Around
from wbtest.results.trusting.places import Odd, Spot, lost_in, short_of

# Checks whose cause shows in where people came from and on what.
WITH_PLACES = ("split", "served_split", "beacons", "beacons_alike")
# Those who were left out of one variant and not of the other.
FILTERED = ("bot", "suspected")
MOST_HINTS = 3


def want_places(checks: Sequence[Check]) -> bool:
    """Whether a check asks where something goes wrong."""
    return any(check.check in WITH_PLACES and check.state != "ok" for check in checks)


def with_hints(
    checks: Sequence[Check], counted: History, around: Around, spots: Sequence[Spot]
) -> list[Check]:
    """Return the checks, those that ask for it with their likely causes.

    ``spots`` say who came where.
    """
    return [
        replace(check, hints=_hints(check.check, counted, around, spots))
        if check.check in WITH_PLACES and check.state != "ok"
        else check
        for check in checks
    ]


def _hints(check: str, counted: History, around: Around, spots: Sequence[Spot]) -> tuple[str, ...]:
    if check in ("split", "served_split"):
        found = _of_split(counted, around, spots, use_seen=check == "split")
    else:
        found = _of_loss(check, around, spots)
    return tuple(dict.fromkeys(found))[:MOST_HINTS]


def _of_split(
    counted: History, around: Around, spots: Sequence[Spot], *, use_seen: bool
) -> list[str]:
    weights = counted.hours.weights
    own = spots if use_seen else [spot._replace(seen=spot.served) for spot in spots]
    totals = [sum(spot.seen[k] for spot in own) for k in range(len(weights))]
    arm = _shortest(totals, weights)
    name, did = around.name(arm), "saw" if use_seen else "got"
    found = [_short(odd, name, did) for odd in short_of(own, arm, weights)]
    if use_seen and not found:
        found += _unseen_more(around, spots, arm)
    found += _filtered(counted, around)
    found += _cached(around)
    if not found:
        found.append(
            f"{_first(name)} is short, and no device or source stands out. So look at what stands "
            "before the page: a redirect, a link that leads to one variant, a cache."
        )
    return found


def _of_loss(check: str, around: Around, spots: Sequence[Spot]) -> list[str]:
    arms = range(len(around.names))
    if check == "beacons_alike":
        arm = max(arms, key=lambda k: _loss_share(spots, k))
        name = around.name(arm)
        found = [_lost(odd, f" of {name}", name) for odd in lost_in(spots, [arm])]
    else:
        found = [_lost(odd, "", "the page") for odd in lost_in(spots, list(arms))]
    found += _cached(around)
    if not found:
        found.append(
            "No device or source stands out. So look at the page and what stands before it: a "
            "proxy that changes the page, or machines that look like people."
        )
    return found


def _short(odd: Odd, name: str, did: str) -> str:
    look = f"Look at {name} {_as_visitor(odd.where)}."
    return (
        f"Of those {odd.where} only {odd.part:,} of {odd.whole:,} {did} {name}, instead of the "
        f"{odd.expected:,.0f} planned. {look}"
    )


def _lost(odd: Odd, of: str, name: str) -> str:
    return (
        f"Of {odd.whole:,} pages{of} served to people {odd.where} {odd.part:,} "
        f"{'was' if odd.part == 1 else 'were'} never seen; "
        f"at the share of all others it would be {odd.expected:,.0f}. Look at {name} "
        f"{_as_visitor(odd.where)}."
    )


def _as_visitor(where: str) -> str:
    """How to open the page as these people do.

    >>> _as_visitor("on phones from instagram"), _as_visitor("from x")
    ('on a phone, from inside instagram', 'by the link at x')
    """
    device = {
        "on phones": "on a phone",
        "on tablets": "on a tablet",
        "on computers": "on a computer",
    }
    found = next((said for name, said in device.items() if where.startswith(name)), "")
    source = where.partition("from ")[2]
    if not source:
        return found or "with its bare address"
    return f"{found}, from inside {source}" if found else f"by the link at {source}"


def _unseen_more(around: Around, spots: Sequence[Spot], arm: int) -> list[str]:
    """Whether the variant that is short loses more of its pages than the others do."""
    others = [k for k in range(len(around.names)) if k != arm]
    here, there = _loss_share(spots, arm), max(_loss_share(spots, k) for k in others)
    served = sum(spot.served[arm] for spot in spots)
    if served < 100 or here < there + 0.05:
        return []
    name = around.name(arm)
    return [
        f"Of the pages of {name} {100 * here:.0f}\u202f% were never seen, elsewhere at most "
        f"{100 * there:.0f}\u202f%. It may load slowly, or its script may break: open it with a "
        "slow connection."
    ]


def _filtered(counted: History, around: Around) -> list[str]:
    """Whether machines were taken out of one variant more than of the others."""
    found, weights = [], counted.hours.weights
    aside = {reason: [each.people for each in row] for reason, row in counted.left_out.items()}
    for reason, numbers in (dict(counted.machines) | aside).items():
        if reason in FILTERED and statistics.split(numbers, weights).mismatch:
            most = max(range(len(weights)), key=lambda k: numbers[k] / weights[k])
            what = "requests of bots" if reason == "bot" else "people suspected of being machines"
            found.append(
                f"{listed(numbers)} {what} were left out, more from {around.name(most)} than its "
                "share. Machines stick to one variant, and people may have been taken for some of "
                "them."
            )
    return found


def _cached(around: Around) -> list[str]:
    """Whether addresses come without our cookie, or several with one."""
    newest, without = around.newest, sum(around.newest.without_cookie.values())
    if around.is_cookieless or 10 * (without + newest.shared) <= newest.count:
        return []
    return [
        f"{without + newest.shared:,} of the newest "
        f"{number_of(newest.count, 'address', 'addresses')} came without our cookie or with one "
        "that several share. Somebody may keep a copy of one variant: a cache."
    ]


def _shortest(totals: Sequence[int], weights: Sequence[int]) -> int:
    """The place of the variant that is furthest below its share."""
    everybody, whole = sum(totals), sum(weights)
    gaps = [
        count - everybody * weight / whole for count, weight in zip(totals, weights, strict=True)
    ]
    return gaps.index(min(gaps))


def _loss_share(spots: Sequence[Spot], arm: int) -> float:
    served = sum(spot.served[arm] for spot in spots)
    seen = sum(spot.seen[arm] for spot in spots)
    return max(served - seen, 0) / served if served else 0.0


def _first(name: str) -> str:
    return name[:1].upper() + name[1:]
