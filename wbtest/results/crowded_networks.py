"""Do people who share a network do otherwise than the others, and does the verdict turn on them?

Pure. One person behind many visits can be told from many people in two steps: those who share a
mark convert quite unlike the others, on the same kind of device; and without them the verdict is
another. Either alone says little. Carriers and offices bring many people from one network, and a
verdict that was just reached turns on nearly anybody. Where few networks brought half of all
people, that the verdict turns on them is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from wbtest import statistics
from wbtest.publishing.rule import Hypothesis
from wbtest.results.evidence_path import HourCounts, look
from wbtest.results.likely_causes import DEVICES
from wbtest.results.network_groups import (
    ALL,
    CROWDED,
    FEWEST_OTHERS,
    RAREST,
    SHARED_BY,
    TITLE,
    UNKNOWN,
    Group,
    Marks,
    add,
    find_groups,
    least_shared,
    most_crowded,
    number_by_mark,
    subtract,
)
from wbtest.results.trust import Check, early, rate_of, share_of
from wbtest.results.verdict import RunPeriod, Verdict, judge
from wbtest.web import number_of

# One network that brings so many wants a look, whatever they do.
MANY_OF_ONE = 0.3
# A verdict that turns on so few networks, which brought so many, is theirs.
FEW, MANY_OF_FEW = 6, 0.5

Why = Literal["early", "turns", "half", "differs", "many", "few", "fine"]
# The hourly counts of a group; of its hours, those in which nobody of it came may be left out.
HoursOf = Callable[[Group], HourCounts]


class Networks(NamedTuple):
    """What was found; ``group`` differs, or is the one network that brought many.

    ``seen`` are all who were looked at. ``verdict`` and ``without`` are the verdicts with and
    without the group, where it differs.
    """

    why: Why
    seen: int
    group: Group | None = None
    verdict: Verdict | None = None
    without: Verdict | None = None

    @property
    def is_red(self) -> bool:
        """Whether the verdict turns on these networks."""
        return self.why in ("turns", "half")


def find_networks(
    rule: Hypothesis,
    hours: HourCounts,
    life: RunPeriod,
    marks: Marks,
    hours_of: HoursOf,
    fair: HourCounts | None = None,
) -> Networks:
    """Return the group that says most against the figures.

    ``marks`` hold nobody of an announced crowd; who has the mark −1 is in no group, but among the
    others. ``fair`` are the hours without those who alone break the split, if there are such.
    """
    seen = sum(counts.seen for counts in marks.values())
    if seen < FEWEST_OTHERS:
        return Networks("early", seen)
    groups, crowded = find_groups(marks), [*most_crowded(marks, FEW)]
    half = [
        group
        for group in crowded
        if group.own.seen >= MANY_OF_FEW * seen and group.shared_by >= CROWDED
    ]
    if groups or half:
        verdict = _judged(rule, hours, life, fair)
        verdicts: dict[Group, Verdict] = {}
        # Of few networks first, so that nobody is named who is not needed for it.
        fewest = sorted(groups, key=lambda group: (len(group.marks), group.tail))
        for group in [*fewest, *_together(fewest, marks), *half]:
            without = verdicts[group] = _judged(rule, hours.without(hours_of(group)), life)
            if _said(without) != _said(verdict) and _has_pulled(group, verdict, without):
                return Networks("half" if group in half else "turns", seen, group, verdict, without)
        if groups:
            return Networks("differs", seen, groups[0], verdict, verdicts[groups[0]])
    many = [group for group in crowded[:1] if group.own.seen >= MANY_OF_ONE * seen] or half
    if many:
        return Networks("many", seen, many[0])
    number = number_by_mark(marks)
    few = sum(n for mark, n in number.items() if mark == UNKNOWN or n < CROWDED)
    if few < FEWEST_OTHERS:
        return Networks("few", seen)
    return Networks("fine", seen)


def _together(groups: Sequence[Group], marks: Marks) -> Iterator[Group]:
    """The first two groups that differ on the same side, the first three, and so on.

    Each alone may change nothing where the others make the same verdict.
    """
    everybody = add(marks.values())
    for is_better in (True, False):
        same = [group for group in groups if _is_better(group) == is_better]
        known = set(same[0].marks) if same else set()
        for number, group in enumerate(same[1:], 2):
            if known.issuperset(group.marks):
                continue
            known.update(group.marks)
            own = add(counts for (mark, _), counts in marks.items() if mark in known)
            least = min(each.shared_by for each in same[:number])
            rarest = min(each.tail for each in same[:number])
            others = subtract(everybody, own)
            yield Group(least, ALL, tuple(sorted(known)), own, others, rarest)


def split_by(visitors: Mapping[int, Sequence[int]], weights: Sequence[int]) -> tuple[int, ...]:
    """Return the marks that alone raise the alarm of the split; none where it stands without them.

    Theirs has to differ from the split of the rest. ``visitors`` hold the numbers of the variants
    by mark. Raises ValueError as ``split`` does.
    """
    whole = _added(visitors.values(), len(weights))
    if not statistics.split(whole, weights).mismatch:
        return ()
    for shared_by in reversed(SHARED_BY):
        inside = {
            mark: numbers
            for mark, numbers in visitors.items()
            if mark != UNKNOWN and sum(numbers) >= least_shared(shared_by, sum(whole))
        }
        own = _added(inside.values(), len(weights))
        rest = [number - part for number, part in zip(whole, own, strict=True)]
        is_theirs = statistics.split(own, weights).mismatch and _is_apart(own, rest)
        if is_theirs and not statistics.split(rest, weights).mismatch:
            return tuple(sorted(inside))
    return ()


def _is_apart(own: Sequence[int], rest: Sequence[int]) -> bool:
    """Whether two groups fall to the variants differently: Pearson's χ² of homogeneity.

    A split that is broken for everybody may only be too small to show among the rest.
    """
    from scipy import special

    pairs = [pair for pair in zip(own, rest, strict=True) if any(pair)]
    if len(pairs) < 2:
        return False
    both = [sum(pair) for pair in pairs]
    distance = sum(statistics.split(part, both).chi_square for part in zip(*pairs, strict=True))
    return float(special.chdtrc(len(both) - 1, distance)) <= RAREST


def lost_by(pages: Marks, tolerated: float) -> Group | None:
    """Return the group without which no more beacons are lost than tolerated, or None.

    ``pages`` are served, with those never seen for ``converted``. None where no more than
    tolerated are lost, and where too many are lost without every group that differs, too.
    """
    whole = add(pages.values())
    if whole.converted <= tolerated * whole.seen:
        return None
    for group in find_groups(pages):
        rest = subtract(whole, group.own)
        if rest.converted <= tolerated * rest.seen:
            return group
    return None


def _added(rows: Iterable[Sequence[int]], length: int) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)] or [0] * length


def _judged(
    rule: Hypothesis, hours: HourCounts, life: RunPeriod, fair: HourCounts | None = None
) -> Verdict:
    looks = look(hours, rule, life.now, fair)
    return judge(rule, hours, looks, life)


def _has_pulled(group: Group, verdict: Verdict, without: Verdict) -> bool:
    """Whether the group’s rate lies where it brought the verdict, and not just its number did.

    Without many who convert worse a verdict of *met* is *not enough*: too few are left.
    """
    if verdict.word == "not_enough":
        return _is_better(group) == (without.word == "not_met")
    return _is_better(group) == (verdict.word == "met")


def _is_better(group: Group) -> bool:
    """Whether more of the group convert than of those it was compared with."""
    own, others = group.own, group.others
    return own.converted * others.seen > others.converted * own.seen


def _said(verdict: Verdict) -> tuple[object, ...]:
    """What would be another verdict; that more visitors are to come is none."""
    return verdict.word, verdict.choice, verdict.variants, verdict.is_withheld


LOOK = "Look at these networks and set them aside, with a reason."
SAID = {"met": "met", "not_met": "not met", "not_enough": "not enough to say"}


def check_networks(found: Networks) -> Check:
    """Return the line of the panel that says what was found."""
    check, group = "networks", found.group
    if found.why == "early":
        return early(check, TITLE, f"From {FEWEST_OTHERS} people on it says something.")
    if found.why == "few":
        reason = (
            f"Most of the {found.seen:,} people came from few networks, so there are too few "
            "others to compare them with."
        )
        do = "Bring people from more places, or name the crowd before the next test."
        return Check(check, "warn", reason, TITLE, "too few", do=do, where="networks")
    if group is None:
        reason = "No people who share a network convert quite unlike the others."
        return Check(check, "ok", reason, TITLE, "yes")
    if found.why in ("half", "many"):
        reason = (
            f"{number_of(len(group.marks), 'network')} brought "
            f"{share_of(group.own.seen, found.seen)} of the {found.seen:,} people."
        )
        if found.is_red:
            reason = f"{reason} {_said_without(found)}"
            return Check(check, "stop", reason, TITLE, "no", do=LOOK, where="networks")
        do = "Do you know who they are? If not, set them aside, with a reason."
        return Check(check, "warn", reason, TITLE, "no", do=do, where="networks")
    reason = (
        f"{group.own.converted:,} of {number_of(group.own.seen, 'person', 'people')} from "
        f"{number_of(len(group.marks), 'network')}{_where(group)} converted; of the others "
        f"{rate_of(group.others.converted, group.others.seen)}. Chance doesn’t explain that."
    )
    reason = f"{reason} {_said_without(found)}"
    if found.is_red:
        return Check(check, "stop", reason, TITLE, "no", do=LOOK, where="networks")
    return Check(check, "warn", reason, TITLE, "doubtful", do=LOOK, where="networks")


def _where(group: Group) -> str:
    return f" {DEVICES.get(group.device, group.device)}" if group.device else ""


def _in_words(verdict: Verdict) -> str:
    return SAID[verdict.word] + (", but in doubt" if verdict.doubt else "")


def _said_without(found: Networks) -> str:
    """What the verdict is without the group that differs."""
    verdict, without = found.verdict, found.without
    if verdict is None or without is None or _said(verdict) == _said(without):
        return "The verdict is the same without them."
    words = _in_words(verdict), _in_words(without)
    sentence = (
        f"With them the verdict is “{words[0]}”, without them “{words[1]}”."
        if words[0] != words[1]
        else "Without them the rule would say something else."
    )
    if found.is_red:
        return sentence
    return f"{sentence} Their rate pulls the other way, though."
