"""The memo of a decision under its permanent address: as a page, on paper, and as a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from math import inf
from typing import Any

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from wbtest.extensions import clock
from wbtest.moments import read_one_moment
from wbtest.publishing import in_words as rule_in_words
from wbtest.publishing.conversions import ACTS
from wbtest.publishing.decisions import decisions
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import EXCLUDED
from wbtest.publishing.running.life import file_stem
from wbtest.publishing.running.seals import sealed_rule
from wbtest.results.crowd_figures import lines
from wbtest.results.deciding.guesses import guesses_of
from wbtest.results.deciding.memos import Memo, export_of, find_memo
from wbtest.results.deciding.stopping import should_end
from wbtest.results.figures import results_of
from wbtest.results.views import bp
from wbtest.runtime import runtime
from wbtest.team import access
from wbtest.writing.file_views import download
from wbtest.writing.release_export import one_sheet_pdf

Found = tuple[Experiment, Memo]
TAG = re.compile(r"<style>.*?</style>|<[^>]*>|\s+(?=\s)", re.DOTALL)
# The size of letters in points, and how many of them a page takes, as measured.
SIZES = {8.6: 3_600, 7.6: 5_000, 6.6: 6_800, 5.6: 9_500, 4.6: inf}
# What the rest of a short line takes, in letters.
LINE = 40
# In a reason, before its lines run on.
MOST_BREAKS = 20


@bp.get("/experiments/<int:experiment_id>/memo/<int:number>")
@access.requires("read")
def stored_memo(experiment_id: int, number: int) -> ResponseReturnValue:
    """The memo of the ``number``-th decision, with the figures as they were."""
    experiment, memo = _find(experiment_id, number)
    has_next = number < len(decisions(experiment))
    return render_template(
        "results/deciding/stored_memo.html",
        has_next=has_next,
        should_end=should_end,
        **shown(experiment, memo),
    )


@bp.get("/experiments/<int:experiment_id>/memo/<int:number>.pdf")
@access.requires("read")
def stored_memo_pdf(experiment_id: int, number: int) -> ResponseReturnValue:
    """The same as one sheet of paper. Raises NoPdf where none can be made."""
    experiment, memo = _find(experiment_id, number)
    sheet = one_sheet_pdf(printed(shown(experiment, memo)))
    return download(sheet, "application/pdf", f"{file_stem(experiment)}-memo-{number}.pdf")


def printed(values: dict[str, Any]) -> Iterator[str]:
    """Return the sheet as it should fit, then with ever smaller letters, until one does.

    A reason of many lines runs on, since a sheet has not that many; so does any on the last sheet.
    """
    template = "results/deciding/printed_memo.html"
    breaks = values["memo"]["decision"]["reason"].count("\n")
    runs_on = breaks > MOST_BREAKS
    page = render_template(template, size=0, runs_on=runs_on, **values)
    text = TAG.sub("", page)
    lines = page.count("<li>") + (0 if runs_on else breaks)
    # Letters of Chinese, Japanese and Korean are twice as wide.
    said = len(text) + sum(letter > "\u2e80" for letter in text) + LINE * lines
    for size, most in SIZES.items():
        if said <= most:
            is_last = most == inf
            yield render_template(template, size=size, runs_on=runs_on or is_last, **values)


@bp.get("/experiments/<int:experiment_id>/memo/<int:number>.json")
@access.requires("read")
def stored_memo_json(experiment_id: int, number: int) -> Response:
    """The same with all it rests on, for ``wbtest verify-memo``."""
    experiment, memo = _find(experiment_id, number)
    text = json.dumps(export_of(experiment, memo), ensure_ascii=False, indent=1)
    name = f"{file_stem(experiment)}-memo-{number}.json"
    return download(text.encode(), "application/json", name)


def _find(experiment_id: int, number: int) -> Found:
    read_one_moment()
    experiment = access.get(Experiment, experiment_id, "read")
    memo = find_memo(experiment, number)
    if memo is None:
        raise NotFound
    return experiment, memo


def shown(experiment: Experiment, memo: Memo) -> dict[str, Any]:
    """What page and paper say alike."""
    rule = sealed_rule(experiment)
    base_url = runtime().settings.base_url
    place = url_for("results.stored_memo", experiment_id=experiment.id, number=memo.number)
    return {
        "experiment": experiment,
        "memo": memo.values,
        "digest": memo.digest,
        "address": f"{base_url}{place}",
        "names": {each["key"]: each["name"] for each in memo.values["experiment"]["variants"]},
        "claim": rule_in_words.claim(rule),
        "outcomes": rule_in_words.outcomes(rule),
        "conditions": " ".join(
            (
                rule_in_words.conditions(rule),
                rule_in_words.what_counts(rule),
                rule_in_words.need(rule),
            )
        ).rstrip(),
        "crowds": lines(memo.values["figures"].get("crowds", ())),
        "excluded": EXCLUDED,
        "act": ACTS[rule.conversion].did,
        "guesses": _guesses(experiment, memo),
        "second": second_sentence(memo),
        "at": datetime.fromisoformat,
    }


def second_sentence(memo: Memo) -> str:
    """Return who stands for a decision against the verdict beside who made it; '' for others."""
    decision = memo.values["decision"]
    if not decision["against"]:
        return ""
    if decision["second"]:
        return f"{decision['second']['name']} signed it as the second person."
    return "It was decided alone: the team had one member, so nobody could be the second."


def _guesses(experiment: Experiment, memo: Memo) -> dict[str, Any]:
    """The guesses as the memo holds them; were the figures not final then, as they score now."""
    kept: dict[str, Any] = memo.values["forecasts"]
    if kept["scored"] or not kept["made"]:
        return {"made": kept["made"], "scored": kept["scored"], "is_later": False}
    found = guesses_of(experiment, results_of(experiment, clock.now()))
    return {"made": found.made, "scored": found.scored, "is_later": True}
