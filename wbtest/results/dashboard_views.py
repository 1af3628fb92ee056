"""The results of a test: the pages of the tab, and the figures as files.

The pages over time and of visitors, which have forms, are in ``over_time_views`` and
``visitor_views``.
"""

from __future__ import annotations

import msgspec
from flask import Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from wbtest.audience.setting_aside import standing
from wbtest.database import of_one_moment
from wbtest.extensions import clock, runtime
from wbtest.publishing import rule_text as rule_in_words
from wbtest.publishing.lifecycle import file_stem
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_options import from_json as read_options
from wbtest.publishing.rule import ACTS, EXCLUDED
from wbtest.publishing.stages import contradiction, decisions
from wbtest.results import captions, charts, verdict_text
from wbtest.results.costs import spending_of
from wbtest.results.crowd_figures import lines
from wbtest.results.exports import FILES, MORE_TABLES, TABLES, Rows
from wbtest.results.figures import Results, check_started, evaluate, results_of
from wbtest.results.figures_json import crowds_json
from wbtest.results.figures_json import results_json as as_json
from wbtest.results.funnel import funnel_steps, reading_of
from wbtest.results.rate_charts import beliefs, densities
from wbtest.results.signup_list import answers_of, asked_on_page
from wbtest.results.summary import other_attempts
from wbtest.results.trust import is_lost, panel_of
from wbtest.results.verdict_text import advice, missing
from wbtest.results.views import bp
from wbtest.results.who_came import filters_of
from wbtest.team import access
from wbtest.web import as_csv, send_file

# Endpoint and name of each page of the tab.
TABS = (
    ("results", "Result"),
    ("over_time", "Over time"),
    ("visitors", "Visitors"),
    ("answers", "Answers"),
    ("statistics", "Statistics"),
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
        "standing": verdict_text.life_line(experiment, found),
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
    """The result, whether it can be trusted, and the figures it rests on."""
    experiment = access.get(Experiment, experiment_id, "read")
    if experiment.started_at is None:
        return page_of("results", experiment)
    found = results_of(experiment, clock.now())
    return page_of(
        "results",
        experiment,
        found,
        stages=funnel_steps(experiment, found),
        groups_aside=standing(experiment),
        spending=spending_of(experiment),
        attempts=other_attempts(experiment, found.life.now),
        **runtime().hooks.decision_part(experiment),
    )


@bp.get("/experiments/<int:experiment_id>/results/answers")
@of_one_moment
@access.requires("read")
def answers(experiment_id: int) -> ResponseReturnValue:
    """Answers after the sign-up, questions of visitors, and what they read."""
    experiment = access.get(Experiment, experiment_id, "read")
    if experiment.started_at is None:
        return page_of("answers", experiment)
    return page_of(
        "answers",
        experiment,
        results_of(experiment, clock.now()),
        answers=answers_of(experiment),
        asked=asked_on_page(experiment),
        asked_for={step: ACTS[step].did for step in read_options(experiment.options).asks_for},
        reading=reading_of(experiment),
    )


@bp.get("/experiments/<int:experiment_id>/results/statistics")
@of_one_moment
@access.requires("read")
def statistics(experiment_id: int) -> ResponseReturnValue:
    """What holds for one look planned in advance."""
    experiment = access.get(Experiment, experiment_id, "read")
    if experiment.started_at is None:
        return page_of("statistics", experiment)
    found = results_of(experiment, clock.now())
    known = densities(found)
    return page_of("statistics", experiment, found, densities=known, beliefs=beliefs(found, known))


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


def page_of(
    name: str, experiment: Experiment, found: Results | None = None, **parts: object
) -> str:
    """Return a page of the tab; without figures what it says before the start."""
    if found is None:
        return render_template("results/not_started.html", experiment=experiment)
    return render_template(
        f"results/{name}.html",
        subtab=name,
        charts=charts,
        captions=captions,
        **(frame_of(experiment, found) | parts),
    )


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
