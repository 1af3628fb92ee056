"""Results pages: the verdict and its figures, the decision, the sign-ups, and their files."""

from __future__ import annotations

from flask import (
    Blueprint,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from wbtest.audience.readmissions import standing_readmissions
from wbtest.downloads import as_csv, send_file
from wbtest.extensions import clock
from wbtest.publishing import in_words as rule_in_words
from wbtest.publishing.models import Experiment
from wbtest.publishing.planning import plan_sentence
from wbtest.publishing.rule import EXCLUDED
from wbtest.results import calibration, charts, conclusions, in_words, standing, traffic_charts
from wbtest.results.attempts import other_attempts
from wbtest.results.decisions import contradiction, decisions
from wbtest.results.decisions import decide as decide_on
from wbtest.results.exports import MORE_TABLES, TABLES
from wbtest.results.figures import Results, check_started, results_of
from wbtest.results.figures_json import results_json as as_json
from wbtest.results.forms import DecisionForm
from wbtest.results.planner import plan as plan_for
from wbtest.results.reading import earlier_readings, reading_of
from wbtest.review.standing import approvals_of
from wbtest.store import Invalid, read_one_moment
from wbtest.team import access
from wbtest.writing import document as documents

bp = Blueprint("results", __name__)


@bp.get("/experiments/<int:experiment_id>/results")
@access.requires("read")
def results(experiment_id: int) -> ResponseReturnValue:
    """The verdict, why one may trust it, and the figures it rests on."""
    read_one_moment()
    experiment = access.get(Experiment, experiment_id, "read")
    if experiment.started_at is None:
        return render_template("results/not_started.html", experiment=experiment)
    return _page(experiment, DecisionForm())


@bp.post("/experiments/<int:experiment_id>/decide")
@access.requires("approve")
def decide(experiment_id: int) -> ResponseReturnValue:
    """Store go, iterate or stop, with the reason and the figures as they are."""
    experiment = access.get(Experiment, experiment_id, "approve")
    form = DecisionForm()
    try:
        decide_on(experiment, access.person(), form.choice.data or "", form.reason.data or "")
    except Invalid as error:
        form[error.field].errors = [str(error)]
        return _page(experiment, form), 422
    return redirect(url_for(".results", experiment_id=experiment_id), 303)


@bp.get("/experiments/<int:experiment_id>/memo")
@access.requires("read")
def memo(experiment_id: int) -> ResponseReturnValue:
    """The whole test on paper: what was asked, the rule, the verdict, the decision."""
    read_one_moment()
    experiment = access.get(Experiment, experiment_id, "read")
    found = results_of(experiment, clock.now())
    return render_template(
        "results/memo.html",
        approvals=approvals_of(experiment.revision),
        **_shown(experiment, found),
    )


@bp.get("/experiments/<int:experiment_id>/results.json")
@access.requires("read")
def results_json(experiment_id: int) -> ResponseReturnValue:
    """The figures for programs."""
    read_one_moment()
    experiment = access.get(Experiment, experiment_id, "read")
    return jsonify(as_json(results_of(experiment, clock.now())))


@bp.get("/experiments/<int:experiment_id>/results.csv")
@access.requires("read")
def results_csv(experiment_id: int) -> ResponseReturnValue:
    """The figures for a spreadsheet; ``?table=`` says which, by day and variant without it."""
    read_one_moment()
    experiment = access.get(Experiment, experiment_id, "read")
    table = request.args.get("table", "days")
    if table in MORE_TABLES:
        check_started(experiment)
        rows = MORE_TABLES[table](experiment)
    elif table in TABLES:
        rows = TABLES[table](results_of(experiment, clock.now()))
    else:
        abort(400)
    as_of = f"{clock.now():%Y%m%dT%H%M%SZ}"
    return send_file(as_csv(rows), f"{experiment.slug}-{table}-{as_of}.csv")


@bp.get("/experiments/plan")
@access.requires("read")
def plan() -> ResponseReturnValue:
    """How many visitors and days a rule will take, for the page on which it is written."""
    given = request.args
    try:
        rates = {name: float(given.get(name, "")) for name in ("target", "floor")}
        rates |= {"alpha": float(given.get("alpha", 0.05)), "power": float(given.get("power", 0.8))}
        daily, variants = float(given.get("daily", "")), int(given.get("variants", 1))
    except ValueError:
        return jsonify(error="Give target, floor, daily and variants as numbers."), 422
    try:
        planned = plan_for(daily=daily, variants=variants, **rates)
    except (ValueError, OverflowError) as error:
        return jsonify(error=str(error)), 422
    return jsonify(
        visitors=planned.visitors,
        per_variant=planned.per_variant,
        days=planned.days,
        sentence=plan_sentence(planned, variants, int(daily)),
    )


@bp.get("/forecasts")
@access.requires("read")
def forecasts() -> ResponseReturnValue:
    """How well the team guesses, once tests are over."""
    tests = calibration.forecast_tests(access.workspace("read"), clock.now())
    return render_template(
        "results/forecasts.html",
        tests=tests,
        guessers=calibration.guessers(tests),
        sentence=calibration.sentence(tests) if tests else "",
    )


def _page(experiment: Experiment, form: DecisionForm) -> str:
    found = results_of(experiment, clock.now())
    return render_template(
        "results/results.html",
        form=form,
        charts=charts,
        traffic_charts=traffic_charts,
        conclusions=conclusions,
        reading=reading_of(experiment),
        earlier=earlier_readings(experiment),
        readmitted=standing_readmissions(experiment),
        **_shown(experiment, found),
    )


def _shown(experiment: Experiment, found: Results) -> dict[str, object]:
    """What page and memo say alike."""
    base_url = current_app.extensions["wbtest.settings"].base_url
    return {
        "experiment": experiment,
        "product": documents.from_json(experiment.revision.document).product,
        "public_url": f"{base_url}/p/{experiment.slug}",
        "results": found,
        "rule": found.rule,
        "verdict": found.verdict,
        "claim": rule_in_words.claim(found.rule),
        "outcomes": rule_in_words.outcomes(found.rule),
        "conditions": rule_in_words.conditions(found.rule),
        "what_counts": rule_in_words.what_counts(found.rule),
        "excluded": EXCLUDED,
        "badge": in_words.badge(found),
        "headline": in_words.headline(found),
        "evidence": in_words.evidence(found),
        "act": in_words.act(found),
        "promise": in_words.promise(found),
        "final_moment": in_words.final_moment(found),
        "standings": in_words.STANDINGS,
        "standing": standing.standing(experiment, found),
        "attempt": standing.attempt_phrase(found),
        "attempts": other_attempts(experiment, found.life.now),
        "decisions": [(decision, contradiction(decision)) for decision in decisions(experiment)],
    }
