"""How many of each variant went how far on the page, and what they read. For reference."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from wbtest.audience import result_counts
from wbtest.audience.recording.events import FORMS, Act
from wbtest.audience.result_counts import QuestionOpens, Share, Totals
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_options import AsksFor
from wbtest.publishing.sealing import sealed_options
from wbtest.results.figures import Results

BEGAN, SIGNED, CONFIRMED, ANSWERED = "Started the form", "Signed up", "Confirmed", "Answered"
# What may come after the sign-up, by its column; all but the answers may count in its place.
LATER = {
    "confirmed": CONFIRMED,
    "answered": ANSWERED,
    "price": "Yes to the price",
    "call": "Yes to a call",
    "preorder": "On to the pre-order",
}


class FunnelStep(NamedTuple):
    """One step, and how many of each variant took it.

    ``is_counted`` marks the one by which a visitor counts.
    """

    name: str
    counts: tuple[int, ...]
    is_counted: bool = False


def funnel_of(
    results: Results,
    acts: Sequence[Mapping[Act, int]] | None = None,
    *,
    asks_for: Collection[str] = ("confirmed",),
) -> list[FunnelStep]:
    """Return the steps from served to the last one that the page asks for.

    Where one after the sign-up counts, it comes last.

    ``acts`` hold what visitors of each variant did, None where that is not told. One may enter
    either form or both, so those who began are at least as many as entered the one that more did,
    and as those who signed up: not every browser tells.
    ``asks_for`` are those of ``LATER`` that the page asks for.
    """
    totals = [variant.totals for variant in results.variants]
    counted = results.rule.conversion
    converted = tuple(each.converted for each in totals)
    stages = [
        FunnelStep("Page loaded", tuple(each.served for each in totals)),
        FunnelStep("Seen", tuple(each.seen for each in totals)),
    ]
    is_signup = counted == "signup"
    signed = converted if is_signup else tuple(each.signups - each.unseen for each in totals)
    if acts is not None:
        began = tuple(
            max(least, *(did.get(("focus", form), 0) for form in FORMS))
            for did, least in zip(acts, signed, strict=True)
        )
        stages.append(FunnelStep(BEGAN, began))
    stages.append(FunnelStep(SIGNED, signed, is_signup))
    for step, name in LATER.items():
        if step in asks_for and step != counted:
            stages.append(FunnelStep(name, tuple(getattr(each, step) for each in totals)))
    if not is_signup:
        stages.append(FunnelStep(f"{LATER[counted]} in time", converted, is_counted=True))
    return stages


def funnel_steps(experiment: Experiment, found: Results) -> list[FunnelStep]:
    """Return the steps and how many took each."""
    told = result_counts.acts_by_variant(experiment)
    acts = [told[variant.key] for variant in found.variants]
    chosen = sealed_options(experiment)
    return funnel_of(
        found,
        # Where no browser has told anything, nobody is known to have begun; none is no answer.
        acts if any(acts) else None,
        asks_for=(
            *(["confirmed"] if chosen.confirms else []),
            *(["answered"] if chosen.questions else []),
            *chosen.asks_for,
        ),
    )


def shown_steps(experiment: Experiment, found: Results) -> list[FunnelStep]:
    """Return the steps for a page: no confirmed where nobody was asked to confirm."""
    is_asked = any(check.check == "confirmed" and check.applies for check in found.trust)
    steps = funnel_steps(experiment, found)
    return [step for step in steps if is_asked or step.name != CONFIRMED]


# What each step is called beside its replies, and what a yes is.
REPLIES: dict[AsksFor, tuple[str, str]] = {
    "price": ("Price", "agreed"),
    "call": ("Call", "agreed"),
    "preorder": ("Pre-order", "clicked through"),
}


def reply_lines(asked: Iterable[AsksFor], everybody: Totals) -> list[str]:
    """Return a line for each thing that was ``asked`` after the sign-up, in its order.

    Everyone who signed up agreed, said no, or skipped it. The pre-order has no button for a no.

    >>> reply_lines(["price", "preorder"], Totals(signups=92, price=12, price_no=30, preorder=5))
    ['Price: 12 agreed · 30 said no · 50 skipped', 'Pre-order: 5 clicked through · 87 skipped']
    """
    lines = []
    for step in asked:
        name, did = REPLIES[step]
        yes = getattr(everybody, step)
        no = 0 if step == "preorder" else getattr(everybody, f"{step}_no")
        said_no = "" if step == "preorder" else f" · {no:,} said no"
        lines.append(f"{name}: {yes:,} {did}{said_no} · {everybody.signups - yes - no:,} skipped")
    return lines


STEPS: dict[Act, str] = {
    ("depth", "25"): "Read a quarter",
    ("depth", "50"): "Read half",
    ("depth", "75"): "Read three quarters",
    ("depth", "100"): "Read to the end",
    ("focus", "top"): "Started the first form",
    ("click", "top"): "Pressed the first form’s button",
    ("focus", "end"): "Started the form at the end",
    ("click", "end"): "Pressed the button at the end",
}


class ReadingStep(NamedTuple):
    """How many of those seen did something; one share for each variant."""

    act: Act
    name: str
    shares: tuple[Share, ...]


class Reading(NamedTuple):
    """Questions that were opened, and steps that were taken."""

    questions: list[QuestionOpens]
    steps: list[ReadingStep]

    @property
    def is_known(self) -> bool:
        """Whether any visitor has told anything yet."""
        shares = [share for step in self.steps for share in step.shares]
        shares += [
            share for opened in self.questions for share in (opened.signed_up, opened.others)
        ]
        return any(share.number for share in shares)


def reading_of(experiment: Experiment) -> Reading:
    """Return what is known of an experiment that was started."""
    totals = result_counts.totals_by_variant(experiment)
    did = result_counts.acts_by_variant(experiment)
    steps = [
        ReadingStep(
            act,
            name,
            tuple(Share(did[key].get(act, 0), each.seen) for key, each in totals.items()),
        )
        for act, name in STEPS.items()
    ]
    return Reading(result_counts.faq_opened(experiment), steps)
