"""The memo of each decision at its permanent address: as a page, on paper, as a file to check."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from math import inf
from typing import Any, NamedTuple

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from wbtest.audience.result_counts import Totals
from wbtest.database import read_one_moment
from wbtest.decisions import decision_views, memo_content, pending_decisions
from wbtest.decisions.models import Paper
from wbtest.extensions import clock, runtime
from wbtest.publishing import experiment_stages, lifecycle, sealing
from wbtest.publishing import rule as rules
from wbtest.publishing import rule_text as rule_in_words
from wbtest.publishing.models import Experiment
from wbtest.results.figures import results_of
from wbtest.results.funnel import reply_lines
from wbtest.results.robustness import lines
from wbtest.team import access
from wbtest.writing import file_views, pdf

FORMAT = "wbtest memo 1"


class Memo(NamedTuple):
    """The memo of the ``number``-th decision: its values, and their digest."""

    number: int
    values: dict[str, Any]
    digest: str
    paper: Paper


def find_memo(experiment: Experiment, number: int) -> Memo | None:
    """Return the memo of the ``number``-th decision, 1 for the first, or None.

    Decisions are never deleted nor changed, so a number is permanent.
    """
    paper = pending_decisions.find_standing(experiment, number)
    if paper is None:
        return None
    figures = experiment_stages.decisions(experiment)[-number].figures
    return Memo(number, paper.memo | {"figures": figures}, paper.digest, paper)


def export_of(experiment: Experiment, memo: Memo) -> dict[str, Any]:
    """Return everything that the memo states, and every text and count that it rests on.

    ``digest`` is that of ``memo``; the others stand in it. Texts are read from where they are kept,
    so a digest that differs shows that somebody changed them there.
    """
    return {
        "format": FORMAT,
        "memo": memo.values,
        "digest": memo.digest,
        "revision": experiment.revision.document,
        "sealed": experiment.sealed,
        "data": json.loads(zlib.decompress(memo.paper.data)),
    }


Found = tuple[Experiment, Memo]
TAG = re.compile(r"<style>.*?</style>|<[^>]*>|\s+(?=\s)", re.DOTALL)
# The size of letters in points, and how many of them a page takes, as measured.
SIZES = {8.6: 3_600, 7.6: 5_000, 6.6: 6_800, 5.6: 9_500, 4.6: inf}
# What the rest of a short line takes, in letters.
LINE = 40
# In a reason, before its lines run on.
MOST_BREAKS = 20


@decision_views.bp.get("/experiments/<int:experiment_id>/memo/<int:number>")
@access.requires("read")
def stored_memo(experiment_id: int, number: int) -> ResponseReturnValue:
    """The memo of the ``number``-th decision, with the figures as they were."""
    experiment, memo = _find(experiment_id, number)
    has_next = number < len(experiment_stages.decisions(experiment))
    return render_template(
        "decisions/stored_memo.html",
        has_next=has_next,
        **memo_shown(experiment, memo),
    )


@decision_views.bp.get("/experiments/<int:experiment_id>/memo/<int:number>.pdf")
@access.requires("read")
def stored_memo_pdf(experiment_id: int, number: int) -> ResponseReturnValue:
    """The same as one sheet of paper. Raises NoPdf where none can be made."""
    experiment, memo = _find(experiment_id, number)
    sheet = pdf.one_sheet_pdf(printed(memo_shown(experiment, memo)))
    return file_views.download(
        sheet, "application/pdf", f"{lifecycle.file_stem(experiment)}-memo-{number}.pdf"
    )


def printed(values: dict[str, Any]) -> Iterator[str]:
    """Return the sheet as it should fit, then with ever smaller letters, until one does.

    A reason of many lines runs on, since a sheet has not that many; so does any on the last sheet.
    """
    template = "decisions/printed_memo.html"
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


@decision_views.bp.get("/experiments/<int:experiment_id>/memo/<int:number>.json")
@access.requires("read")
def stored_memo_json(experiment_id: int, number: int) -> Response:
    """The same with all it rests on, for ``wbtest verify-memo``."""
    experiment, memo = _find(experiment_id, number)
    text = json.dumps(export_of(experiment, memo), ensure_ascii=False, indent=1)
    name = f"{lifecycle.file_stem(experiment)}-memo-{number}.json"
    return file_views.download(text.encode(), "application/json", name)


def _find(experiment_id: int, number: int) -> Found:
    read_one_moment()
    experiment = access.get(Experiment, experiment_id, "read")
    memo = find_memo(experiment, number)
    if memo is None:
        raise NotFound
    return experiment, memo


def memo_shown(experiment: Experiment, memo: Memo) -> dict[str, Any]:
    """What page and paper say alike."""
    rule = sealing.sealed_rule(experiment)
    base_url = runtime().settings.base_url
    place = url_for("decisions.stored_memo", experiment_id=experiment.id, number=memo.number)
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
                *(rule_in_words.hope(rule), rule_in_words.conditions(rule)),
                *(rule_in_words.what_counts(rule), rule_in_words.need(rule)),
            )
        ).strip(),
        "replies": _replies(experiment, memo.values["figures"]),
        "crowds": lines(memo.values["figures"].get("crowds", ())),
        "excluded": rules.EXCLUDED,
        "of_one_network": rule_in_words.of_one_network(
            sealing.sealed_limits(experiment, clock.now())
        ),
        "act": rules.ACTS[rule.conversion].did,
        "guesses": _guesses(experiment, memo),
        "second": second_sentence(memo),
        "at": datetime.fromisoformat,
    }


def _replies(experiment: Experiment, figures: Mapping[str, Any]) -> list[str]:
    """What people said to each thing that the page asked for after the sign-up, a line for each."""
    asked, variants = sealing.sealed_options(experiment).asks_for, figures["variants"]
    names = ("price", "price_no", "call", "call_no", "preorder")
    everybody = Totals(
        signups=sum(each["signups"] + each["without_beacon"] for each in variants),
        **{name: sum(each[name] for each in variants) for name in names},
    )
    return reply_lines(asked, everybody)


def second_sentence(memo: Memo) -> str:
    """Return who approved a decision against the result; '' for any other decision."""
    decision = memo.values["decision"]
    if not decision["against"]:
        return ""
    if decision["second"]:
        return f"{decision['second']['name']} approved it as the second person."
    return "Decided alone: the team had one member, so nobody could approve it."


def _guesses(experiment: Experiment, memo: Memo) -> dict[str, Any]:
    """The guesses as the memo holds them; were the figures not final then, as they score now."""
    kept: dict[str, Any] = memo.values["forecasts"]
    if kept["scored"] or not kept["made"]:
        return {"made": kept["made"], "scored": kept["scored"], "is_later": False}
    found = memo_content.guesses_of(experiment, results_of(experiment, clock.now()))
    return {"made": found.made, "scored": found.scored, "is_later": True}
