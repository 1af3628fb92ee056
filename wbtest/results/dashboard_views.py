"""The first screen of an experiment's results, the tabs behind it, and the figures as files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from flask import Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from wbtest.audience.setting_aside import standing
from wbtest.database import of_one_moment
from wbtest.extensions import clock
from wbtest.publishing import rule_text as rule_in_words
from wbtest.publishing.lifecycle import file_stem
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_options import from_json as read_options
from wbtest.publishing.rule import ACTS, EXCLUDED
from wbtest.publishing.stages import contradiction, decisions
from wbtest.results import captions, charts, segments, verdict_text
from wbtest.results.chart_style import moments_in_words
from wbtest.results.costs import spending_of
from wbtest.results.crowd_figures import lines
from wbtest.results.exports import FILES, MORE_TABLES, TABLES, Rows
from wbtest.results.figures import Results, check_started, evaluate, results_of
from wbtest.results.figures_json import crowds_json
from wbtest.results.figures_json import results_json as as_json
from wbtest.results.funnel import funnel_steps, reading_of
from wbtest.results.notes import notes_of
from wbtest.results.rate_charts import beliefs, course_chart, course_of, densities
from wbtest.results.segments import most_visited
from wbtest.results.share_views import share_part
from wbtest.results.signup_list import answers_of, asked_on_page
from wbtest.results.summary import other_attempts
from wbtest.results.trust import is_lost, panel_of
from wbtest.results.verdict_text import advice, missing
from wbtest.results.views import bp
from wbtest.results.who_came import days_of, filters_of
from wbtest.results.who_came import who_came as segments_of
from wbtest.runtime import runtime
from wbtest.team import access
from wbtest.web import as_csv, send_file

# Endpoint and name of each tab; the first screen is the first one.
TABS = (
    ("results", "Verdict"),
    ("over_time", "Over time"),
    ("who_came", "Who came"),
    ("what_they_said", "What they said"),
    ("for_information", "For information"),
)


def frame_of(experiment: Experiment, found: Results) -> dict[str, object]:
    """Return what all of them show."""
    base_url = runtime().settings.base_url
    everybody = found.everybody
    return {
        "experiment": experiment,
        "product": experiment.revision.document.get("product", ""),
        "public_url": f"{base_url}/p/{experiment.slug}",
        "results": found,
        "rule": found.rule,
        "verdict": found.verdict,
        "claim": rule_in_words.claim(found.rule),
        "outcomes": rule_in_words.outcomes(found.rule),
        "conditions": rule_in_words.conditions(found.rule),
        "what_counts": rule_in_words.what_counts(found.rule),
        "excluded": EXCLUDED,
        "badge": verdict_text.badge(found),
        "headline": verdict_text.headline(found),
        "evidence": verdict_text.evidence_shown(found),
        "fragility": verdict_text.fragility(found),
        "price": verdict_text.price(found),
        "act": verdict_text.act(found),
        "promise": verdict_text.promise(found),
        "advice": advice(found),
        "is_lost": found.verdict.is_withheld and is_lost(found.trust),
        "missing": missing(found),
        "crowds": lines(crowds_json(found)),
        "final_moment": verdict_text.final_moment(found),
        "standings": verdict_text.STANDINGS,
        "standing": verdict_text.status_line(experiment, found),
        "attempt": verdict_text.attempt_phrase(found),
        "decisions": [(decision, contradiction(decision)) for decision in decisions(experiment)],
        "trust_panel": panel_of(found.trust),
        "tabs": TABS,
        # Whether there is anything to draw.
        "is_anybody": everybody.served > 0 or everybody.signups > 0,
    }


@bp.get("/experiments/<int:experiment_id>/results")
@of_one_moment
@access.requires("read")
def results(experiment_id: int) -> ResponseReturnValue:
    """The verdict, why one may trust it, and the figures it rests on."""
    experiment = access.get(Experiment, experiment_id, "read")
    if experiment.started_at is None:
        return render_template("results/not_started.html", experiment=experiment)
    found = results_of(experiment, clock.now())
    return render_template(
        "results/results.html",
        tab="results",
        charts=charts,
        captions=captions,
        stages=funnel_steps(experiment, found),
        groups_aside=standing(experiment),
        spending=spending_of(experiment),
        attempts=other_attempts(experiment, found.life.now),
        **(
            runtime().hooks.decision_part(experiment)
            | share_part(experiment)
            | frame_of(experiment, found)
        ),
    )


More = Callable[[Experiment, Results], dict[str, Any]]


@bp.get("/experiments/<int:experiment_id>/results/over-time")
@of_one_moment
@access.requires("read")
def over_time(experiment_id: int) -> ResponseReturnValue:
    """The evidence against its line, the course of the rates, and what came on each day."""
    return _tab("over_time", experiment_id, _over_time)


@bp.get("/experiments/<int:experiment_id>/results/who-came")
@of_one_moment
@access.requires("read")
def who_came(experiment_id: int) -> ResponseReturnValue:
    """Visitors by source, device, language, weekday and hour; exploratory."""
    return _tab("who_came", experiment_id, _who_came)


@bp.get("/experiments/<int:experiment_id>/results/what-they-said")
@of_one_moment
@access.requires("read")
def what_they_said(experiment_id: int) -> ResponseReturnValue:
    """Answers after the sign-up, questions of visitors, and what they read."""
    return _tab("what_they_said", experiment_id, _what_they_said)


@bp.get("/experiments/<int:experiment_id>/results/for-information")
@of_one_moment
@access.requires("read")
def for_information(experiment_id: int) -> ResponseReturnValue:
    """What is right for one look planned in advance."""
    return _tab("for_information", experiment_id, _for_information)


@bp.get("/experiments/<int:experiment_id>/results/now.json")
@of_one_moment
@access.requires("read")
def results_now(experiment_id: int) -> ResponseReturnValue:
    """How many there are by now, for a page that is open and wants to say so."""
    found = evaluate(access.get(Experiment, experiment_id, "read"), clock.now())
    return jsonify(
        as_of=found.life.now.isoformat(),
        seen=found.everybody.seen,
        signups=found.everybody.converted,
        verdict=verdict_text.badge(found).text,
    )


def _tab(name: str, experiment_id: int, more: More) -> ResponseReturnValue:
    experiment = access.get(Experiment, experiment_id, "read")
    if experiment.started_at is None:
        return render_template("results/not_started.html", experiment=experiment)
    found = results_of(experiment, clock.now())
    return render_template(
        f"results/dashboard/{name}.html",
        tab=name,
        charts=charts,
        captions=captions,
        **(frame_of(experiment, found) | more(experiment, found)),
    )


def _filtered(found: Results) -> dict[str, Any]:
    choices, filters = filters_of(found, request.args)
    return {"choices": choices, "filters": filters}


def _over_time(experiment: Experiment, found: Results) -> dict[str, Any]:
    filtered = _filtered(found)
    points, notes = course_of(found), notes_of(experiment)[::-1]
    # That the test began is where every chart begins.
    drawn = [note for note in notes if note.number]
    return filtered | {
        "notes": notes,
        "drawn": drawn,
        "days": days_of(experiment, found, filtered["filters"]),
        "points": points,
        "whens": moments_in_words([point.at for point in points[0]], experiment.time_zone),
        "course": course_chart(found, points, drawn),
    }


def _who_came(experiment: Experiment, found: Results) -> dict[str, Any]:
    filtered = _filtered(found)
    return filtered | {
        "came": segments_of(experiment, found, filtered["filters"]),
        "segments": segments,
        "most_visited": most_visited,
    }


def _what_they_said(experiment: Experiment, _found: Results) -> dict[str, Any]:
    return {
        "answers": answers_of(experiment),
        "asked": asked_on_page(experiment),
        "asked_for": {step: ACTS[step].did for step in read_options(experiment.options).asks_for},
        "reading": reading_of(experiment),
    }


def _for_information(_experiment: Experiment, found: Results) -> dict[str, Any]:
    known = densities(found)
    return {"densities": known, "beliefs": beliefs(found, known)}


@bp.get("/experiments/<int:experiment_id>/results.json")
@of_one_moment
@access.requires("read")
def results_json(experiment_id: int) -> ResponseReturnValue:
    """The figures for programs."""
    experiment = access.get(Experiment, experiment_id, "read")
    found = as_json(results_of(experiment, clock.now()))
    return Response(msgspec.json.encode(found), mimetype="application/json")


@bp.get("/experiments/<int:experiment_id>/results.csv")
@of_one_moment
@access.requires("read")
def results_csv(experiment_id: int) -> ResponseReturnValue:
    """The figures for a spreadsheet; ``?table=`` says which, by day and variant without it.

    What the tabs filter is filtered here by the same address.
    """
    experiment = access.get(Experiment, experiment_id, "read")
    table = request.args.get("table", "days")
    # Read here, where all is of one moment: a file is sent once that is over.
    rows = [*_rows(experiment, table)]
    return send_file(
        as_csv(rows), f"{file_stem(experiment)}-{table}-{clock.now():%Y%m%dT%H%M%SZ}.csv"
    )


def _rows(experiment: Experiment, table: str) -> Rows:
    if table in MORE_TABLES:
        check_started(experiment)
        return MORE_TABLES[table](experiment)
    if table not in TABLES and table not in FILES:
        abort(400)
    found = results_of(experiment, clock.now())
    _, filters = filters_of(found, request.args)
    if table in TABLES and not (table in FILES and filters.is_asked):
        return TABLES[table](found)
    return FILES[table](experiment, found, filters)
