"""From page to person: how many went how far, for each variant. For information. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import gt
from typing import NamedTuple

from wbtest.audience.engagement.acts import FORMS, Act
from wbtest.results.figures import Results

BEGAN, SIGNED, CONFIRMED, ANSWERED = "Began the form", "Signed up", "Confirmed", "Answered"


class Stage(NamedTuple):
    """One step, and how many of each variant took it."""

    name: str
    counts: tuple[int, ...]

    @property
    def all(self) -> int:
        """Over all variants."""
        return sum(self.counts)


def funnel_of(
    results: Results,
    acts: Sequence[Mapping[Act, int]] | None = None,
    *,
    confirms: bool = True,
    asks: bool = False,
) -> list[Stage]:
    """Return the steps from served to the last one that the page asks for.

    ``acts`` hold what visitors of each variant did, None where that is not told. One may enter
    either form or both, so those who began are at least as many as entered the one that more did.
    ``confirms`` and ``asks`` say whether the page wants an address confirmed, and asks questions
    after it.
    """
    totals = [variant.totals for variant in results.variants]
    is_signup = results.rule.conversion == "signup"
    stages = [
        Stage("Served", tuple(each.served for each in totals)),
        Stage("Seen", tuple(each.seen for each in totals)),
    ]
    if acts is not None:
        began = tuple(max(did.get(("focus", form), 0) for form in FORMS) for did in acts)
        stages.append(Stage(BEGAN, began))
    signed = tuple(each.converted if is_signup else each.signups - each.unseen for each in totals)
    stages.append(Stage(SIGNED, signed))
    if not is_signup:
        stages.append(Stage("Confirmed in time", tuple(each.converted for each in totals)))
    elif confirms:
        stages.append(Stage(CONFIRMED, tuple(each.confirmed for each in totals)))
    if asks:
        stages.append(Stage(ANSWERED, tuple(each.answered for each in totals)))
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
    found = [
        f"More {later.lower()} than {earlier.lower()}: {reason}."
        for (later, earlier), reason in reasons.items()
        if later in counts and earlier in counts and any(map(gt, counts[later], counts[earlier]))
    ]
    return " ".join(found)
