"""Do people who share a network convert otherwise than others, and does the verdict turn on them?

Pure. One person behind many visits can be told from many people in two steps: those who share a
mark convert quite unlike the others, on the same kind of device; and without them the verdict is
another. Either alone says little. Carriers and offices bring many people from one network, and a
verdict that was just reached turns on nearly anybody. Where few networks brought half of all
people, that the verdict turns on them is enough.

Of a network only a mark of 16 bits is kept, so that some networks share one by chance.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

from wbtest import statistics
from wbtest.publishing.rule import Hypothesis
from wbtest.results.evidence_path import HourCounts, look
from wbtest.results.history import NETWORKS_TITLE
from wbtest.results.likely_causes import DEVICES
from wbtest.results.trust import Check, early, not_applicable, rate_of, share_of
from wbtest.results.verdict import RunPeriod, Verdict, judge
from wbtest.statistics import Counts
from wbtest.web import number_of

MARKS = 65_536
UNKNOWN = -1
# Those are looked at whose mark is shared by so many.
SHARED_BY = (2, 3, 5, 10, 20, 50)
# How far apart the rates are at least, and how rare by chance. Of small networks it has to be
# rarer, since people of a home or an office do alike.
TIMES_APART, RAREST, RAREST_OF_CROWDED = 2.0, 1e-5, 1e-3
# Of a network with so many it may be asked who is there.
CROWDED = 10
# Crowded networks that are rare by themselves are counted: so rare each.
RARE, DOUBTFUL = (0.001, 0.01), 0.05
# Crowded networks that brought most visitors move the rate of all with one that is less far from
# that of the others. Carriers serve phones; on other devices nobody honest brings most from few
# networks, and the others are too few for more than a suspicion.
MOST, TIMES_APART_OF_MOST, RAREST_OF_MOST = 2 / 3, 1.5, 0.05
PHONE = "phone"
# With fewer others on a kind of device nobody is compared there, but with those on all kinds.
FEWEST_OTHERS = 50
# Any kind of device.
ALL = ""
# One network that brings so many wants a look, whatever they do.
MANY_OF_ONE = 0.3
# A verdict that turns on so few networks, which brought so many, is theirs.
FEW, MANY_OF_FEW = 6, 0.5
LOOK = "Look at these networks and set them aside, with a reason."
SAID = {"met": "met", "not_met": "not met", "not_enough": "undecided"}

# Those seen who count, by the mark of their network and their kind of device.
Marks = Mapping[tuple[int, str], Counts]

NOBODY = Counts(0, 0)


class Stratum(NamedTuple):
    """Those of a group on one kind of device, and the others; on all kinds if ``is_across``.

    Rates are far apart if one is so many ``times`` the other. Phones convert worse than computers
    by themselves: across devices, only what goes beyond is held against a group.
    """

    own: Counts
    others: Counts
    times: float
    is_across: bool = False
    is_better: bool = False

    def above(self) -> tuple[Counts, Counts]:
        """The group and those it is compared with, whether it converts better."""
        if not self.is_better:
            return self.own, self.others
        # The same conversions of half as many: twice the rate, and known no better.
        seen = max(round(self.others.seen / self.times), self.others.converted)
        return self.own, Counts(seen, self.others.converted)

    def below(self) -> tuple[Counts, Counts]:
        """The same, whether it converts worse."""
        if not self.is_across:
            return self.own, self.others
        return self.own, Counts(round(self.others.seen * self.times), self.others.converted)


class Group(NamedTuple):
    """Those on one kind of ``device``, or on any, whose mark ``shared_by`` have, or some more.

    ``others`` are those they were compared with, ``tail`` says how rare their conversions are among
    people who do as the others.
    """

    shared_by: int
    device: str
    marks: tuple[int, ...]
    own: Counts
    others: Counts
    tail: float


def find_groups(marks: Marks) -> list[Group]:
    """Return the groups that do otherwise than the others, the rarest by chance first.

    A group are those whose mark so many share, from one size of ``SHARED_BY`` to another: so few
    networks with many visitors are told from many with few.
    """
    number = number_by_mark(marks)
    everybody = sum(number.values())
    sizes = [least_shared(shared_by, everybody) for shared_by in SHARED_BY]
    # Of no size are those with a mark of their own, or of an unknown network.
    size_of = {mark: bisect_right(sizes, seen) for mark, seen in number.items()} | {UNKNOWN: 0}
    table = [dict[str, Counts]() for _ in range(len(sizes) + 1)]
    for (mark, device), counts in marks.items():
        row = table[size_of[mark]]
        row[device] = add([counts, row.get(device, NOBODY)])
    found: dict[tuple[str, tuple[int, ...]], Group] = {}
    for first, last in combinations(range(1, len(table) + 1), 2):
        own, others = _added_up(table[first:last]), _added_up(table[:first] + table[last:])
        is_crowded = SHARED_BY[first - 1] >= CROWDED
        for device, counts, rest, tail in _different(own, others, is_crowded=is_crowded):
            inside = {
                mark for mark, on in marks if first <= size_of[mark] < last and device in (ALL, on)
            }
            group = Group(SHARED_BY[first - 1], device, tuple(sorted(inside)), counts, rest, tail)
            found[device, group.marks] = group
    for group in _odd_ones(marks, number, least_shared(CROWDED, everybody)):
        found.setdefault((group.device, group.marks), group)
    return sorted(found.values(), key=lambda group: group.tail)


def most_crowded(marks: Marks, few: int) -> Iterator[Group]:
    """Yield the most crowded network, the two most crowded, and so on up to so few."""
    number = number_by_mark(marks)
    number.pop(UNKNOWN, None)
    everybody = add(marks.values())
    ranked = sorted(number, key=lambda mark: (-number[mark], mark))[:few]
    for last, mark in enumerate(ranked, 1):
        inside = tuple(sorted(ranked[:last]))
        own = add(counts for (each, _), counts in marks.items() if each in inside)
        yield Group(number[mark], ALL, inside, own, subtract(everybody, own), 1.0)


def _odd_ones(marks: Marks, number: Mapping[int, int], least: int) -> Iterator[Group]:
    """Crowded marks of which each by itself is rare, where more of them are than chance makes.

    Among carriers with as many visitors each a few networks would be lost in a group of all.
    """
    from scipy import special

    parts: defaultdict[int, dict[str, Counts]] = defaultdict(dict)
    for (mark, device), counts in marks.items():
        if mark != UNKNOWN and number[mark] >= least:
            parts[mark][device] = counts
    everybody = _added_up({device: counts} for (_, device), counts in marks.items())
    tails = {mark: _tails(_compared(own, _left(everybody, own))) for mark, own in parts.items()}
    # One false network shall not hide behind another.
    doubtful = {mark for mark in parts if min(tails[mark]) <= DOUBTFUL}
    others = _left(everybody, _added_up(parts[mark] for mark in doubtful))
    for mark in doubtful:
        tails[mark] = _tails(_compared(parts[mark], others))
    for side in (0, 1):
        for rare in (RAREST / max(len(tails), 1), *RARE):
            odd = [mark for mark, both in tails.items() if both[side] <= rare]
            chance = float(special.bdtrc(len(odd) - 1, len(tails), rare)) if odd else 1.0
            if chance <= RAREST:
                own = add(counts for mark in odd for counts in parts[mark].values())
                rest = subtract(add(everybody.values()), own)
                size = min(number[mark] for mark in odd)
                yield Group(size, ALL, tuple(sorted(odd)), own, rest, chance)


def shared_marks(marks: Marks) -> set[int]:
    """Return the marks that any group may hold: those that more share than chance makes."""
    number = number_by_mark(marks)
    least = least_shared(SHARED_BY[0], sum(number.values()))
    return {mark for mark, seen in number.items() if mark != UNKNOWN and seen >= least}


def _different(
    own: Mapping[str, Counts], others: Mapping[str, Counts], *, is_crowded: bool
) -> Iterator[tuple[str, Counts, Counts, float]]:
    """On which kinds of device a group differs, or over all of them: its counts, the others’."""
    everybody, rest = add(own.values()), add(others.values())
    is_most = is_crowded and everybody.seen >= MOST * (everybody.seen + rest.seen)
    rarest = RAREST_OF_CROWDED if is_crowded else RAREST
    strata = _compared(own, others, TIMES_APART_OF_MOST if is_most else TIMES_APART)
    for device, stratum in zip(own, strata, strict=True):
        across = min(_tails([_across(device, stratum.own, rest)]))
        enough = RAREST_OF_MOST if is_most and device != PHONE else rarest
        if (tail := min(_tails([stratum]))) <= enough:
            yield device, stratum.own, stratum.others, tail
        elif across <= rarest:
            yield device, stratum.own, rest, across
    if len(strata) > 1 and (tail := min(_tails(strata))) <= rarest:
        yield ALL, everybody, rest, tail


def _compared(
    own: Mapping[str, Counts], others: Mapping[str, Counts], times: float = TIMES_APART
) -> list[Stratum]:
    """A group on each kind of device beside the others on it, or on all where these are few."""
    rest = add(others.values())
    return [
        Stratum(counts, others[device], times)
        if others.get(device, NOBODY).seen >= FEWEST_OTHERS
        else _across(device, counts, rest)
        for device, counts in own.items()
    ]


def _across(device: str, own: Counts, others: Counts) -> Stratum:
    """Those on one kind of device beside the others on all of them."""
    return Stratum(own, others, TIMES_APART, is_across=True, is_better=device == "desktop")


def _tails(strata: Sequence[Stratum]) -> tuple[float, float]:
    """The chance of so many conversions and of so few; 1 where the rates are not far apart."""
    converted = sum(each.own.converted for each in strata)
    more, fewer = [each.above() for each in strata], [each.below() for each in strata]
    up = [1.0 if each.is_better else each.times for each in strata]
    down = [1.0 if each.is_across else each.times for each in strata]
    most = sum(statistics.expected([pair]) * by for pair, by in zip(more, up, strict=True))
    fewest = sum(statistics.expected([pair]) / by for pair, by in zip(fewer, down, strict=True))
    return (
        statistics.tails(more).above if converted >= most else 1.0,
        statistics.tails(fewer).below if converted <= fewest else 1.0,
    )


def _left(everybody: Mapping[str, Counts], own: Mapping[str, Counts]) -> dict[str, Counts]:
    return {
        device: subtract(counts, own.get(device, NOBODY)) for device, counts in everybody.items()
    }


def number_by_mark(marks: Marks) -> dict[int, int]:
    """How many have each mark."""
    number: defaultdict[int, int] = defaultdict(int)
    for (mark, _), counts in marks.items():
        number[mark] += counts.seen
    return number


def least_shared(shared_by: int, everybody: int) -> int:
    """By how many a mark has to be shared, where chance gives each a part of all who came."""
    return shared_by + 2 * everybody // MARKS


def _added_up(rows: Iterable[Mapping[str, Counts]]) -> dict[str, Counts]:
    """The counts on each kind of device."""
    parts: defaultdict[str, list[Counts]] = defaultdict(list)
    for row in rows:
        for device, counts in row.items():
            parts[device].append(counts)
    return {device: add(parts[device]) for device in sorted(parts)}


def add(parts: Iterable[Counts]) -> Counts:
    seen = converted = 0
    for part in parts:
        seen += part.seen
        converted += part.converted
    return Counts(seen, converted)


def subtract(whole: Counts, part: Counts) -> Counts:
    return Counts(whole.seen - part.seen, whole.converted - part.converted)


Why = Literal["early", "turns", "half", "differs", "many", "few", "unknown", "fine"]
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
    if all(mark == UNKNOWN for mark, _ in marks):
        return Networks("unknown", seen)
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


def check_networks(found: Networks) -> Check:
    """Return the line of the panel that says what was found."""
    check, group = "networks", found.group
    if found.why == "early":
        return early(check, NETWORKS_TITLE, f"This check needs {FEWEST_OTHERS} visitors.")
    if found.why == "unknown":
        reason = "No visitor’s network is known, so this can’t be checked."
        return not_applicable(check, NETWORKS_TITLE, reason)
    if found.why == "few":
        reason = (
            f"Most of the {found.seen:,} people came from a few networks, so there are too few "
            "others to compare them with."
        )
        do = "Share the link in more places, or announce the crowd before the next test."
        return Check(check, "warn", reason, NETWORKS_TITLE, "too few", do=do, where="networks")
    if group is None:
        reason = "Visitors come from many networks, and rates are similar across them."
        return Check(check, "ok", reason, NETWORKS_TITLE, "yes")
    if found.why in ("half", "many"):
        reason = (
            f"{number_of(len(group.marks), 'network')} brought "
            f"{share_of(group.own.seen, found.seen)} of the {found.seen:,} people."
        )
        if found.is_red:
            reason = f"{reason} {_said_without(found)}"
            return Check(check, "stop", reason, NETWORKS_TITLE, "no", do=LOOK, where="networks")
        do = "Do you know who they are? If not, set them aside, with a reason."
        return Check(check, "warn", reason, NETWORKS_TITLE, "no", do=do, where="networks")
    reason = (
        f"{group.own.converted:,} of {number_of(group.own.seen, 'person', 'people')} from "
        f"{number_of(len(group.marks), 'network')}{_where(group)} converted, against "
        f"{rate_of(group.others.converted, group.others.seen)} others. Chance doesn’t explain that."
    )
    reason = f"{reason} {_said_without(found)}"
    if found.is_red:
        return Check(check, "stop", reason, NETWORKS_TITLE, "no", do=LOOK, where="networks")
    return Check(check, "warn", reason, NETWORKS_TITLE, "doubtful", do=LOOK, where="networks")


def _where(group: Group) -> str:
    return f" {DEVICES.get(group.device, group.device)}" if group.device else ""


def _in_words(verdict: Verdict) -> str:
    return SAID[verdict.word] + (", but in doubt" if verdict.doubt else "")


def _said_without(found: Networks) -> str:
    """What the verdict is without the group that differs."""
    verdict, without = found.verdict, found.without
    if verdict is None or without is None or _said(verdict) == _said(without):
        return "The result is the same without them."
    words = _in_words(verdict), _in_words(without)
    sentence = (
        f"With them, the result is “{words[0]}”. Without them, it’s “{words[1]}”."
        if words[0] != words[1]
        else "Without them, the rule would say something else."
    )
    if found.is_red:
        return sentence
    return f"{sentence} But their rate pulls the other way."
