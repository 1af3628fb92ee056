"""Every idea with its stage, and for the chart and the file its evidence, visitors and cost.

All ideas are read in short, and every test that nobody has decided on is judged now, so that a
stage is the same wherever it is shown. The rest is read for one page of ideas at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct

from wbtest.ideas.idea import (
    STAGES,
    Idea,
    NewestRevision,
    Stage,
    days_of,
    place_of,
    stage_of,
    status_text,
    stopped_sentence,
    summary_sentence,
    time_saved,
)
from wbtest.ideas.idea_queries import (
    Amounts,
    experiments_by_id,
    ideas_of,
    newest_revisions,
    spent_in_all,
    spent_on,
)
from wbtest.ideas.todo import shared_sources
from wbtest.publishing import experiment_stages, sealing
from wbtest.publishing.models import Experiment
from wbtest.results import calibration, costs, exports, history, verdict_text
from wbtest.results.calibration import sentence as forecast_sentence
from wbtest.results.figures import Evaluation, evaluate_all
from wbtest.results.verdict import FEWEST, Standing, State, Verdict
from wbtest.web import Page, page_of

# Ideas on a page.
AT_ONCE = 50
# The sentence about forecasts rests on so many of the latest tests that somebody guessed.
GUESSED = 50


class Evidence(Struct, frozen=True):
    """Counts and decision interval of the variant of a test that matters most.

    All rates are fractions. ``is_ripe``: waiting longer settles no more.
    """

    seen: int
    converted: int
    rate: float | None
    low: float
    high: float
    target: float
    floor: float
    standing: Standing
    is_ripe: bool

    @property
    def word(self) -> verdict_text.Badge:
        """The standing in two words."""
        return verdict_text.STANDINGS[self.standing]

    @property
    def is_sparse(self) -> bool:
        """Whether too few came for a rate or an interval on a page, and there is no result."""
        return self.seen < FEWEST and self.standing not in ("above", "below")

    def of_target(self, rate: float) -> float:
        """Return how many times its target a rate is: 1 is the target of every idea."""
        return rate / self.target


def evidence_now(experiments: Collection[Experiment], now: datetime) -> dict[int, Evidence]:
    """Return what started tests say at ``now``, by their id, with as many queries as for one."""
    return {key: _evidence(found) for key, found in evaluate_all(experiments, now).items()}


def _evidence(results: Evaluation) -> Evidence:
    variant, verdict = verdict_text.leading(results), results.verdict
    return Evidence(
        seen=variant.totals.seen,
        converted=variant.totals.converted,
        rate=variant.rate,
        low=variant.decision.low,
        high=variant.decision.high,
        target=results.rule.target,
        floor=results.rule.floor,
        standing="withheld" if results.is_red else variant.standing,
        is_ripe=verdict.recommendation != "keep_running" or results.is_red,
    )


def evidence_kept(figures: Mapping[str, Any]) -> Evidence:
    """Return what the figures of a decision said; no database is asked."""
    target = figures["target"]
    above = {each["key"]: each["log_e_above"] for each in target["variants"]}
    variant = max(figures["variants"], key=lambda each: above[each["key"]])
    low, high = variant["decision"]
    is_withheld = bool(figures["withheld"])
    state: State = "above" if low > target["rate"] else "open"
    if high < target["rate"]:
        state = "below"
    found = Verdict(figures["verdict"], figures["recommendation"], (state,))
    return Evidence(
        seen=variant["seen"],
        converted=variant["converted"],
        rate=variant["rate"],
        low=low,
        high=high,
        target=target["rate"],
        floor=target["floor"],
        standing="withheld" if is_withheld else found.standings[0],
        is_ripe=True,
    )


class ListedIdea(NamedTuple):
    """An idea with its stage and a status of a few words; ``evidence`` is of an undecided test."""

    idea: Idea
    stage: Stage
    status: str
    revision: NewestRevision
    evidence: Evidence | None


def listed_ideas(
    now: datetime,
    release_id: int | None = None,
    test_id: int | None = None,
    judged: Mapping[int, Evaluation] | None = None,
) -> list[ListedIdea]:
    """Return every idea, or the one of this release; what needs the team comes first.

    With ``test_id``, stage and status are of this test. ``judged`` are the results of tests, by
    their id, that the page has already.
    """
    ideas = ideas_of(release_id)
    revisions = newest_revisions([idea.release_id for idea in ideas])
    in_view = [idea.only(test_id) if test_id else idea for idea in ideas]
    undecided = [idea.undecided.id for idea in in_view if idea.undecided]
    known = dict(judged or {})
    missing = [key for key in undecided if key not in known]
    if missing:
        known |= evaluate_all(experiments_by_id(missing).values(), now)
    listed = []
    for idea, seen in zip(ideas, in_view, strict=True):
        revision = revisions.get(idea.release_id, NewestRevision())
        evidence, said = None, ("", 0)
        if seen.undecided:
            results = known[seen.undecided.id]
            evidence = _evidence(results)
            said = verdict_text.badge(results).text, verdict_text.day_now(results)
        stage = stage_of(seen, revision, is_ripe=bool(evidence and evidence.is_ripe))
        if test_id and seen.ending and not seen.undecided:
            # An idea goes on after an iterate, its test doesn't.
            stage = "done"
        status = status_text(seen, stage, revision, *said)
        listed.append(ListedIdea(idea, stage, status, revision, evidence))
    return sorted(listed, key=lambda each: place_of(each.idea, each.stage))


class IdeaList(NamedTuple):
    """One page of ideas by stage; ``counts`` are of all pages, ``total`` is of every idea.

    ``warnings`` say which open pages send each other the same people.
    """

    groups: Mapping[Stage, Sequence[ListedIdea]]
    counts: Mapping[Stage, int]
    total: int
    page: Page
    warnings: Sequence[str]


def list_ideas(words: str, number: int, now: datetime) -> IdeaList:
    """Return one page of the ideas that mention these words, by stage.

    A page too far is the last one.
    """
    every = listed_ideas(now)
    order = list(STAGES)
    found = sorted(
        (each for each in every if each.idea.mentions(words)),
        key=lambda each: order.index(each.stage),
    )
    page = page_of(len(found), AT_ONCE, number)
    groups: dict[Stage, list[ListedIdea]] = {}
    for each in found[page.first : page.end]:
        groups.setdefault(each.stage, []).append(each)
    return IdeaList(
        groups=groups,
        counts=Counter(each.stage for each in found),
        total=len(every),
        page=page,
        warnings=_shared_sources(each.idea.undecided.id for each in found if each.idea.undecided),
    )


def _shared_sources(keys: Iterable[int]) -> list[str]:
    """What open pages do to each other that count the same source by name."""
    live = [
        (test.slug, sealing.sealed_rule(test).sources or ())
        for test in experiments_by_id(list(keys)).values()
        if test.state in ("running", "paused")
    ]
    return shared_sources(live)


@dataclass(frozen=True, slots=True)
class IdeaFilter:
    """What the address asks for; ``stage`` is None for every idea."""

    stage: Stage | None = None
    words: str = ""
    page: int = 1


class IdeaRow(NamedTuple):
    """An idea with all that the chart and the file say of it.

    ``visitors`` came to all its tests, on which ``spent`` was spent. ``evidence`` is of its newest
    test. ``forecasts`` are None until they have met a result.
    """

    idea: Idea
    stage: Stage
    status: str
    days: int
    evidence: Evidence | None
    visitors: int
    spent: Amounts
    forecasts: calibration.Guessed | None

    @property
    def cost(self) -> str:
        """What was spent, for people."""
        return amounts_text(self.spent)

    @property
    def took(self) -> str:
        """How long a stopped idea took, beside what was guessed that building it would take."""
        return time_saved(self.days, self.idea.ending.weeks if self.idea.ending else None)


class Portfolio(NamedTuple):
    """What the chart shows. ``counts`` are of all ideas by stage, ``found`` of those asked for."""

    asked: IdeaFilter
    rows: tuple[IdeaRow, ...]
    counts: Mapping[Stage, int]
    found: int
    page: Page
    sentence: str
    honour: str
    spent: str
    forecasts: str

    @property
    def total(self) -> int:
        """How many ideas there are."""
        return sum(self.counts.values())


def portfolio_of(asked: IdeaFilter, now: datetime) -> Portfolio:
    """Return one page of the ideas that are asked for; a page too far is the last one."""
    every = listed_ideas(now)
    found = _matching(every, asked)
    page = page_of(len(found), AT_ONCE, asked.page)
    guessed = calibration.forecast_tests(now, most=GUESSED)
    stopped = [each.idea for each in every if _is_stopped(each)]
    endings = [idea.ending for idea in stopped if idea.ending]
    return Portfolio(
        asked=asked,
        rows=tuple(idea_rows(found[page.first : page.end], now)),
        counts=Counter(each.stage for each in every),
        found=len(found),
        page=page,
        sentence=summary_sentence((each.idea, each.stage) for each in every),
        honour=stopped_sentence(
            [days_of(idea, "done", now) for idea in stopped],
            [ending.weeks for ending in endings if ending.weeks],
        ),
        spent=amounts_text(spent_in_all()),
        forecasts=forecast_sentence(guessed) if guessed else "",
    )


def _matching(every: Sequence[ListedIdea], asked: IdeaFilter) -> list[ListedIdea]:
    return [
        each
        for each in every
        if asked.stage in (None, each.stage) and each.idea.mentions(asked.words)
    ]


def _is_stopped(listed: ListedIdea) -> bool:
    ending = listed.idea.ending
    return listed.stage == "done" and ending is not None and ending.choice == "stop"


def idea_rows(shown: Sequence[ListedIdea], now: datetime) -> list[IdeaRow]:
    """Return all that a page says of these ideas: a fixed number of queries."""
    tests = {test.id for each in shown for test in each.idea.tests}
    newest = {each.idea.newest.id for each in shown if each.idea.newest}
    experiments, decided = experiments_by_id(newest), experiment_stages.newest_decisions(newest)
    counted, spent = history.parts_of(tests), spent_on(tests)
    evidence = {
        key: evidence_kept(decided[key].figures)
        for key, experiment in experiments.items()
        if key in decided and experiment.state == "ended"
    }
    evidence |= {
        each.idea.newest.id: each.evidence for each in shown if each.idea.newest and each.evidence
    }
    # Tests that run on after a decision.
    still = [test for key, test in experiments.items() if key not in evidence]
    evidence |= evidence_now(still, now)
    guessed = {
        test.experiment.id: test for test in calibration.scored_tests([*experiments.values()], now)
    }
    rows = []
    for each in shown:
        idea = each.idea
        key = idea.newest.id if idea.newest else 0
        rows.append(
            IdeaRow(
                idea=idea,
                stage=each.stage,
                status=each.status,
                days=days_of(idea, each.stage, now),
                evidence=evidence.get(key),
                visitors=sum(part.seen for test in idea.tests for part in counted[test.id]),
                spent=sum((spent.get(test.id, Amounts()) for test in idea.tests), Amounts()),
                forecasts=guessed.get(key),
            )
        )
    return rows


def amounts_text(amounts: Amounts) -> str:
    """Return amounts for people; a dash where nobody has entered any.

    >>> amounts_text(Counter(EUR=123_400, USD=5_000)), amounts_text(Counter())
    ('€1,234.00 + $50.00', '–')
    """
    parts = [costs.CURRENCIES[code].write(amount) for code, amount in sorted(amounts.items())]
    return " + ".join(parts) or "–"


# The file: a row of raw values for each idea.
HEAD = (
    *("idea", "release", "stage", "tests", "newest_test", "seen", "converted", "rate"),
    *("decision_low", "decision_high", "target", "floor", "standing", "visitors", "spent"),
    *("days", "choice", "by", "at", "reason", "weeks_guessed", "forecasts", "forecasts_held"),
)


def every_row(asked: IdeaFilter, now: datetime) -> Iterator[IdeaRow]:
    """Yield the rows of all pages that are asked for, a page at a time."""
    found = _matching(listed_ideas(now), asked)
    for start in range(0, len(found), AT_ONCE):
        yield from idea_rows(found[start : start + AT_ONCE], now)


def file_rows(rows: Iterable[IdeaRow]) -> exports.Rows:
    """One row for each idea, with the figures of its newest test; '' for what is not known.

    ``spent`` names its currencies: "EUR 12.00 + USD 5.00".
    """
    yield HEAD
    for row in rows:
        idea, found, ending = row.idea, row.evidence, row.idea.ending
        spent = [
            f"{code} {costs.CURRENCIES[code].plain(amount)}"
            for code, amount in sorted(row.spent.items())
        ]
        values = (
            *(idea.name, idea.release_id, row.stage, len(idea.tests)),
            idea.newest.slug if idea.newest else "",
            *((found.seen, found.converted, found.rate, found.low) if found else (None,) * 4),
            *((found.high, found.target, found.floor, found.standing) if found else (None,) * 4),
            *(row.visitors, " + ".join(spent), row.days),
            *((ending.choice, ending.who, ending.at.isoformat()) if ending else (None,) * 3),
            *((ending.reason, ending.weeks) if ending else (None,) * 2),
            len(row.forecasts.forecasts) if row.forecasts else None,
            row.forecasts.held if row.forecasts else None,
        )
        yield tuple("" if value is None else value for value in values)
