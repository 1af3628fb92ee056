"""The pages of a test's results and sign-ups, their files, and what the planner answers.

What visitors cost and who is set aside is in ``visitor_views``, links for outsiders are in
``shared_links``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from wtforms import StringField

from wbtest.audience import alarms, erasure, setting_aside
from wbtest.database import of_one_moment
from wbtest.extensions import clock, runtime
from wbtest.forms import TypedForm, add_form_error, form_on
from wbtest.publishing import experiment_stages, planner, rule_text, target_calculator
from wbtest.publishing.forms import whole_of
from wbtest.publishing.lifecycle import file_stem
from wbtest.publishing.models import Experiment, name_of_test
from wbtest.publishing.own_hosts import page_url
from wbtest.publishing.rule import ACTS, act_named
from wbtest.publishing.sealing import sealed_options, sealed_rule
from wbtest.results import (
    captions,
    chart_style,
    charts,
    costs,
    exports,
    figures_json,
    funnel,
    notes,
    rate_charts,
    robustness,
    segments,
    signup_list,
    summary,
    trust,
    verdict_text,
)
from wbtest.results.figures import Results, check_started, evaluate, results_of
from wbtest.store import Invalid
from wbtest.team import access, audit, mail_preferences
from wbtest.team.reauthentication import proved
from wbtest.web import as_csv, page_of, send_file

bp = Blueprint("results", __name__)
# Endpoint and name of each page of the tab.
TABS = (
    ("results", "Result"),
    ("over_time", "Over time"),
    ("visitors", "Visitors"),
    ("answers", "Answers"),
    ("statistics", "Statistics"),
)
SIGNUPS_AT_ONCE = 25


class NoteForm(TypedForm):
    """When, and what."""

    text = StringField("What happened", render_kw={"maxlength": notes.LONGEST_NOTE})
    day = StringField("Day", render_kw={"type": "date"})


def read_day(form: TypedForm, name: str) -> date:
    """Return the day typed in a field. Raises Invalid with its name."""
    try:
        return date.fromisoformat((form[name].data or "").strip())
    except ValueError as error:
        raise Invalid(name, "Enter a day like 2027-03-31.") from error


def tab_page(
    name: str, experiment: Experiment, found: Results | None = None, **parts: object
) -> str:
    """Return a page of the tab; without figures what it says before the start."""
    if found is None:
        return render_template("results/not_started.html", experiment=experiment)
    is_anybody = found.everybody.served > 0 or found.everybody.signups > 0
    shown = {
        "subtab": name,
        "charts": charts,
        "captions": captions,
        "experiment": experiment,
        "results": found,
        "rule": found.rule,
        "verdict": found.verdict,
        "claim": rule_text.claim(found.rule),
        "badge": verdict_text.badge(found),
        "headline": verdict_text.headline(found),
        "evidence": verdict_text.evidence(found),
        "fragility": verdict_text.fragility(found),
        "price": verdict_text.price(found),
        "act": verdict_text.act(found),
        "acts": ACTS[found.rule.conversion].plural,
        "advice": verdict_text.advice(found),
        "is_lost": found.verdict.is_withheld and trust.is_lost(found.trust),
        "missing": verdict_text.missing(found),
        "crowds": robustness.lines(figures_json.crowds_json(found)) if found.crowds else [],
        "standings": verdict_text.STANDINGS,
        "standing": verdict_text.life_line(experiment, found),
        "decisions": [
            (decision, experiment_stages.contradiction(decision))
            for decision in experiment_stages.decisions(experiment)
        ],
        "trust_panel": trust.panel_of(found.trust),
        "tabs": TABS,
        # Whether there is anything to draw.
        "is_anybody": is_anybody,
        # To be shared until somebody comes.
        "public_url": "" if is_anybody else page_url(experiment),
    }
    return render_template(f"results/{name}.html", **(shown | parts))


@bp.get("/experiments/<int:experiment_id>/results")
@of_one_moment
@access.requires("read")
def results(experiment_id: int) -> ResponseReturnValue:
    """The result, whether it can be trusted, and the figures it rests on."""
    experiment = access.get(Experiment, experiment_id, "read")
    if experiment.started_at is None:
        return tab_page("results", experiment)
    found = results_of(experiment, clock.now())
    return tab_page(
        "results",
        experiment,
        found,
        stages=funnel.shown_steps(experiment, found),
        groups_aside=setting_aside.standing(experiment),
        spending=costs.spending_of(experiment),
        attempts=summary.other_attempts(experiment, found.life.now),
        **runtime().hooks.decision_part(experiment),
    )


@bp.get("/experiments/<int:experiment_id>/results/answers")
@of_one_moment
@access.requires("read")
def answers(experiment_id: int) -> ResponseReturnValue:
    """Answers after the sign-up, questions of visitors, and what they read."""
    experiment = access.get(Experiment, experiment_id, "read")
    if experiment.started_at is None:
        return tab_page("answers", experiment)
    found = results_of(experiment, clock.now())
    return tab_page(
        "answers",
        experiment,
        found,
        answers=signup_list.answers_of(experiment),
        asked=signup_list.asked_on_page(experiment),
        replies=funnel.reply_lines(sealed_options(experiment).asks_for, found.everybody),
        reading=funnel.reading_of(experiment),
    )


@bp.get("/experiments/<int:experiment_id>/results/statistics")
@of_one_moment
@access.requires("read")
def statistics(experiment_id: int) -> ResponseReturnValue:
    """What holds for one look planned in advance."""
    experiment = access.get(Experiment, experiment_id, "read")
    if experiment.started_at is None:
        return tab_page("statistics", experiment)
    found = results_of(experiment, clock.now())
    known = rate_charts.densities(found)
    return tab_page(
        "statistics", experiment, found, densities=known, beliefs=rate_charts.beliefs(found, known)
    )


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


@bp.get("/experiments/<int:experiment_id>/results.json")
@of_one_moment
@access.requires("read")
def results_json(experiment_id: int) -> ResponseReturnValue:
    """The figures for programs."""
    experiment = access.get(Experiment, experiment_id, "read")
    found = figures_json.results_json(results_of(experiment, clock.now()))
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
    if table not in exports.TABLES:
        abort(400)
    found = results_of(experiment, clock.now())
    _, filters = segments.filters_of(found, request.args)
    # Read here, where all is of one moment: a file is sent once that is over.
    rows = [*exports.TABLES[table](experiment, found, filters)]
    return send_file(
        as_csv(rows), f"{file_stem(experiment)}-{table}-{clock.now():%Y%m%dT%H%M%SZ}.csv"
    )


@bp.get("/experiments/<int:experiment_id>/results/over-time")
@of_one_moment
@access.requires("read")
def over_time(experiment_id: int) -> ResponseReturnValue:
    """The evidence against its line, the rates, what happened, and the visitors of each day."""
    experiment = access.get(Experiment, experiment_id, "read")
    today = clock.now().astimezone(ZoneInfo(experiment.time_zone)).date()
    return _over_time_page(experiment, NoteForm(formdata=None, data={"day": today.isoformat()}))


@bp.route("/experiments/<int:experiment_id>/notes", methods=["GET", "POST"])
@access.requires("edit")
@form_on(".over_time")
def add_note(experiment_id: int) -> ResponseReturnValue:
    """Add a note."""
    experiment = access.get(Experiment, experiment_id, "edit")
    check_started(experiment)
    form = NoteForm()
    try:
        day = read_day(form, "day")
        notes.add_note(experiment, access.person(), day, form.text.data or "")
    except Invalid as error:
        add_form_error(form, error)
        return _over_time_page(experiment, form), 422
    flash("Note added.")
    return redirect(url_for(".over_time", experiment_id=experiment_id, _anchor="notes"), 303)


@bp.post("/experiments/<int:experiment_id>/notes/<key>/delete")
@access.requires("edit")
def delete_note(experiment_id: int, key: str) -> ResponseReturnValue:
    """Delete a note of your own, or any as an owner."""
    experiment = access.get(Experiment, experiment_id, "edit")
    is_owner = access.has_permission("own")
    notes.delete_note(experiment, access.person(), key, is_owner=is_owner)
    flash("Note deleted.")
    return redirect(url_for(".over_time", experiment_id=experiment_id, _anchor="notes"), 303)


def _over_time_page(experiment: Experiment, form: NoteForm) -> str:
    if experiment.started_at is None:
        return tab_page("over_time", experiment)
    found = results_of(experiment, clock.now())
    choices, filters = segments.filters_of(found, request.args)
    points, happened = rate_charts.course_of(found), notes.notes_of(experiment)[::-1]
    # That the test began is where every chart begins.
    drawn = [note for note in happened if note.number]
    return tab_page(
        "over_time",
        experiment,
        found,
        choices=choices,
        filters=filters,
        note_form=form,
        notes=happened,
        drawn=drawn,
        days=segments.days_of(experiment, found, filters),
        points=points,
        whens=chart_style.moments_in_words([point.at for point in points[0]], experiment.time_zone),
        course=rate_charts.course_chart(found, points, drawn),
    )


@bp.get("/experiments/<int:experiment_id>/signups")
@access.requires("own")
@proved("GET")
def signups(experiment_id: int) -> ResponseReturnValue:
    """Sign-ups, newest first, a page at a time; ``?details=1`` adds sources and answers."""
    return _signups_page(access.get(Experiment, experiment_id, "own"))


@bp.get("/experiments/<int:experiment_id>/signups.csv")
@access.requires("own")
@proved("GET")
def signups_csv(experiment_id: int) -> ResponseReturnValue:
    """All sign-ups, sent while they are read."""
    experiment = access.get(Experiment, experiment_id, "own")
    listed = signup_list.signups(experiment, sealed_rule(experiment))
    rows = signup_list.signup_rows(listed, signup_list.questions_of(experiment))
    return _download(experiment, as_csv(rows), "signups.csv")


@bp.get("/experiments/<int:experiment_id>/signups.json")
@access.requires("own")
@proved("GET")
def signups_json(experiment_id: int) -> ResponseReturnValue:
    """The same for programs."""
    experiment = access.get(Experiment, experiment_id, "own")
    lines = signup_list.signup_json(signup_list.signups(experiment, sealed_rule(experiment)))
    return _download(experiment, lines, "signups.json", "application/json")


@bp.get("/experiments/<int:experiment_id>/signups/mailing.csv")
@access.requires("own")
@proved("GET")
def mailing_csv(experiment_id: int) -> ResponseReturnValue:
    """People who agreed to email, under headings that mailing tools know."""
    experiment = access.get(Experiment, experiment_id, "own")
    listed = signup_list.signups(experiment, sealed_rule(experiment))
    rows = signup_list.mailing_rows(listed, experiment.slug)
    return _download(experiment, as_csv(rows), "mailing.csv")


def _download(
    experiment: Experiment, lines: Iterator[str], name: str, mimetype: str = "text/csv"
) -> Response:
    """Return a file of sign-ups, and note in the audit log who took it."""
    audit.record_download("signups.exported", name_of_test(experiment))
    return send_file(lines, f"{file_stem(experiment)}-{name}", mimetype)


@bp.route("/experiments/<int:experiment_id>/signups/erase", methods=["GET", "POST"])
@access.requires("own")
@form_on(".signups")
@proved("POST")
def erase_signup(experiment_id: int) -> ResponseReturnValue:
    """Delete the data of somebody who asked the team for it."""
    experiment = access.get(Experiment, experiment_id, "own")
    typed = request.form.get("email", "")
    try:
        erasure.erase_for(experiment, access.person(), typed)
    except Invalid as refused:
        return _signups_page(experiment, asked=typed, fault=str(refused)), 422
    flash("Personal data deleted.")
    return redirect(url_for(".signups", experiment_id=experiment_id), 303)


def _signups_page(experiment: Experiment, asked: str = "", fault: str = "") -> str:
    rule = sealed_rule(experiment)
    numbers = signup_list.count_signups(experiment)
    shown = page_of(numbers.here, SIGNUPS_AT_ONCE, request.args.get("page", 1, int))
    return render_template(
        "results/signups.html",
        experiment=experiment,
        signups=list(signup_list.signups(experiment, rule, shown)),
        shown=shown,
        is_detailed="details" in request.args,
        kinds=signup_list.kinds(experiment),
        count=numbers.here,
        left=numbers.left,
        asked_to_confirm=numbers.asked,
        unusual=alarms.unusual_hours(experiment),
        asked=asked,
        fault=fault,
    )


@bp.get("/experiments/plan")
@access.requires("read")
def plan() -> ResponseReturnValue:
    """How many visitors and days a rule will take, for the page on which it is written."""
    try:
        asked = _asked(request.args)
    except ValueError:
        return jsonify(error="Give target, floor, visitors a day and variants as numbers."), 422
    advice = planner.advise(asked)
    if advice.plan is None:
        return jsonify(error=" ".join(advice.warnings)), 422
    return jsonify(
        sentence=advice.sentence,
        holds=advice.holds,
        warnings=advice.warnings,
    )


@bp.get("/experiments/target")
@access.requires("read")
def target() -> ResponseReturnValue:
    """Which target three numbers ask for, for the same page; ``buy`` and ``target`` are shares."""
    given = request.args
    try:
        found = target_calculator.TargetCalculation(
            _whole(given, "customers"),
            _whole(given, "reachable"),
            float(given.get("buy", "")),
        )
        wanted = float(given.get("target") or "nan")
    except ValueError:
        return jsonify(error="Give customers, people and the share who buy as numbers."), 422
    if fault := found.find_fault():
        return jsonify(error=fault[1]), 422
    short = found.shortfall(wanted if 0 < wanted < 1 else found.target)
    return jsonify(
        target=found.target,
        sentence=found.sentence(act_named(given.get("conversion")).do),
        shortfall=f"{short} {target_calculator.LOWER}" if short else "",
    )


def _asked(given: Mapping[str, str]) -> planner.PlanRequest:
    """The test that is asked about; what else the rule says is left out where it is no number yet.

    Whole numbers are read as the form reads them. Raises ValueError for a rate, visitors a day or
    variants that are none.
    """
    zone = given.get("time_zone", "")
    return planner.PlanRequest(
        target=float(given.get("target", "")),
        floor=float(given.get("floor", "")),
        alpha=float(given.get("alpha", 0.05)),
        beta=float(given.get("beta", 0.05)),
        variants=_whole(given, "variants") if given.get("variants") else 1,
        daily=_whole(given, "daily") if given.get("daily", "").strip() else None,
        minimum_visitors=whole_of(given.get("minimum_visitors", "")) or 0,
        minimum_days=whole_of(given.get("minimum_days", "")) or 0,
        maximum_visitors=whole_of(given.get("maximum_visitors", "")),
        today=clock.now()
        .astimezone(ZoneInfo(zone if zone in mail_preferences.time_zones() else "UTC"))
        .date(),
        ends_on=_day(given.get("ends_on", "")),
        do=act_named(given.get("conversion")).do,
        hoped_for=float(given["hoped_for"]) if given.get("hoped_for") else None,
        knows_team=bool(given.get("knows_team")),
    )


def _whole(given: Mapping[str, str], name: str) -> int:
    found = whole_of(given.get(name, ""))
    if found is None:
        raise ValueError(f"{name} isn’t a whole number")
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
