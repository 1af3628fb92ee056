"""From page to person: how many went how far, for each variant. For information. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from operator import gt
from typing import NamedTuple

from wbtest.audience.engagement.acts import FORMS, Act
from wbtest.results.figures import Results

BEGAN, SIGNED, CONFIRMED, ANSWERED = "Began the form", "Signed up", "Confirmed", "Answered"
# What may come after the sign-up, by its column; all but the answers may count in its place.
LATER = {
    "confirmed": CONFIRMED,
    "answered": ANSWERED,
    "price": "Yes to the price",
    "call": "Yes to a call",
    "preorder": "On to the pre-order",
}


class Stage(NamedTuple):
    """One step, and how many of each variant took it.

    ``is_counted`` marks the one by which a visitor counts.
    """

    name: str
    counts: tuple[int, ...]
    is_counted: bool = False

    @property
    def all(self) -> int:
        """Over all variants."""
        return sum(self.counts)


def funnel_of(
    results: Results,
    acts: Sequence[Mapping[Act, int]] | None = None,
    *,
    asks_for: Collection[str] = ("confirmed",),
) -> list[Stage]:
    """Return the steps from served to the last one that the page asks for.

    Where one after the sign-up counts, it comes last.

    ``acts`` hold what visitors of each variant did, None where that is not told. One may enter
    either form or both, so those who began are at least as many as entered the one that more did.
    ``asks_for`` are those of ``LATER`` that the page asks for.
    """
    totals = [variant.totals for variant in results.variants]
    counted = results.rule.conversion
    converted = tuple(each.converted for each in totals)
    stages = [
        Stage("Served", tuple(each.served for each in totals)),
        Stage("Seen", tuple(each.seen for each in totals)),
    ]
    if acts is not None:
        began = tuple(max(did.get(("focus", form), 0) for form in FORMS) for did in acts)
        stages.append(Stage(BEGAN, began))
    signed = tuple(each.signups - each.unseen for each in totals)
    is_signup = counted == "signup"
    stages.append(Stage(SIGNED, converted if is_signup else signed, is_signup))
    for step, name in LATER.items():
        if step in asks_for and step != counted:
            stages.append(Stage(name, tuple(getattr(each, step) for each in totals)))
    if not is_signup:
        stages.append(Stage(f"{LATER[counted]} in time", converted, is_counted=True))
    return stages


def what_is_more(stages: Sequence[Stage]) -> str:
    """Return why a later step holds more than an earlier one, for any variant; '' where none does.

    >>> what_is_more([Stage(SIGNED, (9,)), Stage(CONFIRMED, (3,)), Stage(ANSWERED, (5,))])
    'More answered than confirmed: the questions come before our mail is opened.'
    """
    counts = {stage.name: stage.counts for stage in stages}
    reasons = {
        (CONFIRMED, SIGNED): "addresses that came unseen or too late can be confirmed, too",
        (ANSWERED, SIGNED): "who came unseen or too late can answer, too",
        (ANSWERED, CONFIRMED): "the questions come before our mail is opened",
    }
    for step in ("price", "call", "preorder"):
        reasons[LATER[step], SIGNED] = "who came unseen or too late can say so, too"
    found = [
        f"More {later.lower()} than {earlier.lower()}: {reason}."
        for (later, earlier), reason in reasons.items()
        if later in counts and earlier in counts and any(map(gt, counts[later], counts[earlier]))
    ]
    return " ".join(found)
