"""Every idea as its pages show it: by stage, or against its target.

All ideas are read in short. What has to be judged is judged for the page that is shown and, so that
the sentence on top is right on every page, for the first ideas on which nobody has decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from wbtest.ideas import idea_text
from wbtest.ideas.idea import Idea, State, days_of, guessed_weeks, place_of, state_of
from wbtest.ideas.idea_evidence import Evidence, all_evidence_now, evidence_kept
from wbtest.ideas.idea_queries import experiments_by_id, ideas_of, newest_texts
from wbtest.ideas.stages import STAGES, Stage, Text, stage_of, status_text
from wbtest.ideas.todo import shared_sources
from wbtest.publishing.sealing import sealed_rule
from wbtest.publishing.stages import contradiction, newest_decisions
from wbtest.results.calibration import Guessed, forecast_tests, scored_tests
from wbtest.results.calibration import sentence as forecast_sentence
from wbtest.results.history import parts_of
from wbtest.web import Page, page_of

# Ideas on a page.
AT_ONCE = 50
# The sentence about forecasts rests on so many of the latest tests that somebody guessed.
GUESSED = 50

Known = Mapping[int, Evidence]


@dataclass(frozen=True, slots=True)
class IdeaFilter:
    """What the address asks for; ``state`` is None for every idea."""

    state: State | None = None
    words: str = ""
    page: int = 1


class Placed(NamedTuple):
    """An idea and where it stands."""

    idea: Idea
    state: State
    is_reached: bool

    @property
    def outcome(self) -> idea_text.Outcome:
        """How far it got, as the sentence on top tells it."""
        is_over = self.idea.newest is not None and self.idea.newest.is_over
        return idea_text.outcome_of(self.state, is_reached=self.is_reached, is_over=is_over)


class IdeaRow(NamedTuple):
    """An idea with all that a page says of it.

    ``visitors`` came to all its tests, on which ``spent`` was spent. ``forecasts`` are None until
    they have met a result. ``contradiction`` says how the decision differs from the rule's advice.
    """

    idea: Idea
    state: State
    days: int
    evidence: Evidence | None
    visitors: int
    spent: idea_text.Amounts
    forecasts: Guessed | None
    contradiction: str

    @property
    def cost(self) -> str:
        """What was spent, for people."""
        return idea_text.amounts_text(self.spent)

    @property
    def wanted(self) -> str:
        """What the team should do, where the idea needs it."""
        proposed = self.idea.newest.proposed if self.idea.newest else ""
        found = self.evidence
        return idea_text.wanted(
            proposed, found.choice if found else "", is_doubted=bool(found and found.is_doubted)
        )

    @property
    def took(self) -> str:
        """How long a stopped idea took, beside what was guessed that building it would take."""
        return idea_text.time_saved(self.days, self.idea.ending.weeks if self.idea.ending else None)


class Portfolio(NamedTuple):
    """What the page shows. ``counts`` are of all ideas by state, ``found`` of those asked for."""

    asked: IdeaFilter
    rows: tuple[IdeaRow, ...]
    counts: Mapping[State, int]
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


class ListedIdea(NamedTuple):
    """An idea in the list: its stage, its newest revision and a status of a few words."""

    row: IdeaRow
    stage: Stage
    text: Text
    status: str


class IdeaList(NamedTuple):
    """One page of ideas by stage; ``counts`` are of all pages, ``total`` is of every idea.

    ``warnings`` say which open pages send each other the same people.
    """

    groups: Mapping[Stage, Sequence[ListedIdea]]
    counts: Mapping[Stage, int]
    total: int
    page: Page
    warnings: Sequence[str]


def portfolio_of(asked: IdeaFilter, now: datetime) -> Portfolio:
    """Return one page of the ideas that are asked for; a page too far is the last one."""
    placed, known = _placed(now)
    found = _matching(placed, asked)
    page = page_of(len(found), AT_ONCE, asked.page)
    guessed = forecast_tests(now, most=GUESSED)
    stopped = [each.idea for each in placed if each.state == "stopped"]
    return Portfolio(
        asked=asked,
        rows=tuple(idea_rows(found[page.first : page.end], known, now)),
        counts=Counter(each.state for each in placed),
        found=len(found),
        page=page,
        sentence=idea_text.summary_sentence(each.outcome for each in placed) if placed else "",
        honour=idea_text.stopped_sentence(
            [days_of(idea, "stopped", now) for idea in stopped], guessed_weeks(stopped)
        ),
        spent=idea_text.amounts_text(idea_text.spent_in_all()),
        forecasts=forecast_sentence(guessed) if guessed else "",
    )


def list_ideas(words: str, number: int, now: datetime) -> IdeaList:
    """Return one page of the ideas that mention these words, by stage.

    A page too far is the last one. In a stage the idea comes first that has waited longest, of
    settled ones the latest.
    """
    placed, known = _placed(now)
    on_paper = [each.idea.release_id for each in placed if each.state in ("writing", "iterate")]
    texts = newest_texts(on_paper)
    staged = [
        (stage_of(each.idea, each.state, texts.get(each.idea.release_id, Text())), each)
        for each in placed
        if each.idea.mentions(words)
    ]
    order = list(STAGES)
    staged.sort(key=lambda pair: order.index(pair[0]))
    page = page_of(len(staged), AT_ONCE, number)
    shown = staged[page.first : page.end]
    groups: dict[Stage, list[ListedIdea]] = {}
    rows = idea_rows([each for _, each in shown], known, now)
    for (stage, _), row in zip(shown, rows, strict=True):
        text = texts.get(row.idea.release_id, Text())
        status = status_text(row.idea, stage, text, row.wanted, now)
        groups.setdefault(stage, []).append(ListedIdea(row, stage, text, status))
    return IdeaList(
        groups=groups,
        counts=Counter(stage for stage, _ in staged),
        total=len(placed),
        page=page,
        warnings=_shared_sources(row.idea.newest.id for row in rows if row.idea.newest),
    )


def every_row(asked: IdeaFilter, now: datetime) -> Iterable[IdeaRow]:
    """Yield the rows of all pages that are asked for, a page at a time."""
    placed, known = _placed(now)
    found = _matching(placed, asked)
    for start in range(0, len(found), AT_ONCE):
        yield from idea_rows(found[start : start + AT_ONCE], known, now)


def idea_rows(shown: Sequence[Placed], known: Known, now: datetime) -> list[IdeaRow]:
    """Return all that a page says of these ideas: a fixed number of queries."""
    tests = {test.id for each in shown for test in each.idea.tests}
    newest = {each.idea.newest.id for each in shown if each.idea.newest}
    experiments, decided = experiments_by_id(newest), newest_decisions(newest)
    counted, spent = parts_of(tests), idea_text.spent_on(tests)
    is_kept = {
        key: key in decided and experiment.state == "ended"
        for key, experiment in experiments.items()
    }
    fresh = [test for key, test in experiments.items() if not is_kept[key] and key not in known]
    seen_now = {**known, **all_evidence_now(fresh, now)}
    guessed = {test.experiment.id: test for test in scored_tests([*experiments.values()], now)}
    rows = []
    for each in shown:
        idea, evidence = each.idea, None
        key = idea.newest.id if idea.newest else 0
        decision = decided.get(key)
        if experiment := experiments.get(key):
            if decision and is_kept[key]:
                evidence = evidence_kept(experiment, decision.figures)
            else:
                evidence = seen_now[key]
        rows.append(
            IdeaRow(
                idea=idea,
                state=each.state,
                days=days_of(idea, each.state, now),
                evidence=evidence,
                visitors=sum(part.seen for test in idea.tests for part in counted[test.id]),
                spent=sum(
                    (spent[test.id] for test in idea.tests if test.id in spent), idea_text.Amounts()
                ),
                forecasts=guessed.get(key),
                contradiction=contradiction(decision) if decision else "",
            )
        )
    return rows


def _placed(now: datetime) -> tuple[list[Placed], Known]:
    """Every idea in the order of the page, and the evidence of the first undecided ones."""
    ideas = sorted(ideas_of(), key=lambda idea: place_of(idea, state_of(idea)))
    first = [idea.newest.id for idea in ideas if idea.is_open and idea.newest][:AT_ONCE]
    known = all_evidence_now(experiments_by_id(first).values(), now)
    placed = [_place(idea, known) for idea in ideas]
    return sorted(placed, key=lambda each: place_of(each.idea, each.state)), known


def _place(idea: Idea, known: Known) -> Placed:
    found = known.get(idea.newest.id) if idea.newest else None
    if found is None:
        return Placed(idea, state_of(idea), bool(idea.ending and idea.ending.is_reached))
    return Placed(idea, state_of(idea, is_ripe=found.is_ripe), found.is_reached)


def _matching(placed: Sequence[Placed], asked: IdeaFilter) -> list[Placed]:
    return [
        each
        for each in placed
        if asked.state in (None, each.state) and each.idea.mentions(asked.words)
    ]


def _shared_sources(keys: Iterable[int]) -> list[str]:
    """What open pages do to each other that count the same source by name."""
    live = [
        (test.slug, sealed_rule(test).sources or ())
        for test in experiments_by_id(list(keys)).values()
        if test.state in ("running", "paused")
    ]
    return shared_sources(live)
