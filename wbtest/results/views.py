"""The pages of a test's results and sign-ups, their files, and what the planner answers.

What visitors cost and who is set aside is in ``visitor_views``, links for outsiders are in
``shared_links``.
"""

from __future__ import annotations

from collections.abc import Mapping
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

from wbtest.audience.alarms import unusual_hours
from wbtest.audience.erasure import erase_for
from wbtest.audience.setting_aside import standing
from wbtest.database import of_one_moment
from wbtest.extensions import clock, runtime
from wbtest.forms import TypedForm, add_form_error
from wbtest.publishing import rule_text as rule_in_words
from wbtest.publishing.forms import whole_of
from wbtest.publishing.lifecycle import file_stem
from wbtest.publishing.models import Experiment, name_of_test
from wbtest.publishing.page_options import from_json as read_options
from wbtest.publishing.planner import PlanRequest, advise
from wbtest.publishing.rule import ACTS, EXCLUDED, act_named
from wbtest.publishing.sealing import sealed_rule
from wbtest.publishing.stages import contradiction, decisions
from wbtest.publishing.target_calculator import LOWER, TargetCalculation
from wbtest.results import captions, charts, notes, verdict_text
from wbtest.results.chart_style import moments_in_words
from wbtest.results.costs import spending_of
from wbtest.results.exports import FILES, MORE_TABLES, TABLES, Rows
from wbtest.results.figures import Results, check_started, evaluate, results_of
from wbtest.results.figures_json import crowds_json
from wbtest.results.figures_json import results_json as as_json
from wbtest.results.funnel import funnel_steps, reading_of
from wbtest.results.rate_charts import beliefs, course_chart, course_of, densities
from wbtest.results.robustness import lines
from wbtest.results.segments import days_of, filters_of
from wbtest.results.signup_list import (
    answers_of,
    asked_on_page,
    count_signups,
    kinds,
    mailing_rows,
    questions_of,
    signup_json,
    signup_rows,
)
from wbtest.results.signup_list import signups as listed_signups
from wbtest.results.summary import other_attempts
from wbtest.results.trust import is_lost, panel_of
from wbtest.results.verdict_text import advice, missing
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.team.audit import record_download
from wbtest.team.login_views import proved
from wbtest.team.mail_preferences import time_zones
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
        return tab_page("results", experiment)
    found = results_of(experiment, clock.now())
    return tab_page(
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
        return tab_page("answers", experiment)
    return tab_page(
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
        return tab_page("statistics", experiment)
    found = results_of(experiment, clock.now())
    known = densities(found)
    return tab_page("statistics", experiment, found, densities=known, beliefs=beliefs(found, known))


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


def tab_page(
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
    rows = [*_table_rows(experiment, table)]
    return send_file(
        as_csv(rows), f"{file_stem(experiment)}-{table}-{clock.now():%Y%m%dT%H%M%SZ}.csv"
    )


def _table_rows(experiment: Experiment, table: str) -> Rows:
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


@bp.get("/experiments/<int:experiment_id>/results/over-time")
@of_one_moment
@access.requires("read")
def over_time(experiment_id: int) -> ResponseReturnValue:
    """The evidence against its line, the rates, what happened, and the visitors of each day."""
    experiment = access.get(Experiment, experiment_id, "read")
    today = clock.now().astimezone(ZoneInfo(experiment.time_zone)).date()
    return _over_time_page(experiment, NoteForm(formdata=None, data={"day": today.isoformat()}))


@bp.post("/experiments/<int:experiment_id>/notes")
@access.requires("edit")
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
    choices, filters = filters_of(found, request.args)
    points, happened = course_of(found), notes.notes_of(experiment)[::-1]
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
        days=days_of(experiment, found, filters),
        points=points,
        whens=moments_in_words([point.at for point in points[0]], experiment.time_zone),
        course=course_chart(found, points, drawn),
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
    listed = listed_signups(experiment, sealed_rule(experiment))
    rows = signup_rows(listed, questions_of(experiment))
    record_download("signups.exported", name_of_test(experiment))
    return send_file(as_csv(rows), f"{file_stem(experiment)}-signups.csv")


@bp.get("/experiments/<int:experiment_id>/signups.json")
@access.requires("own")
@proved("GET")
def signups_json(experiment_id: int) -> ResponseReturnValue:
    """The same for programs."""
    experiment = access.get(Experiment, experiment_id, "own")
    lines = signup_json(listed_signups(experiment, sealed_rule(experiment)))
    record_download("signups.exported", name_of_test(experiment))
    return send_file(lines, f"{file_stem(experiment)}-signups.json", "application/json")


@bp.get("/experiments/<int:experiment_id>/signups/mailing.csv")
@access.requires("own")
@proved("GET")
def mailing_csv(experiment_id: int) -> ResponseReturnValue:
    """People who agreed to email, under headings that mailing tools know."""
    experiment = access.get(Experiment, experiment_id, "own")
    rows = mailing_rows(listed_signups(experiment, sealed_rule(experiment)), experiment.slug)
    record_download("signups.exported", name_of_test(experiment))
    return send_file(as_csv(rows), f"{file_stem(experiment)}-mailing.csv")


@bp.post("/experiments/<int:experiment_id>/signups/erase")
@access.requires("own")
@proved("POST")
def erase_signup(experiment_id: int) -> ResponseReturnValue:
    """Delete the data of somebody who asked the team for it."""
    experiment = access.get(Experiment, experiment_id, "own")
    typed = request.form.get("email", "")
    try:
        erase_for(experiment, access.person(), typed)
    except Invalid as refused:
        return _signups_page(experiment, asked=typed, fault=str(refused)), 422
    flash("Personal data deleted.")
    return redirect(url_for(".signups", experiment_id=experiment_id), 303)


def _signups_page(experiment: Experiment, asked: str = "", fault: str = "") -> str:
    rule = sealed_rule(experiment)
    numbers = count_signups(experiment)
    shown = page_of(numbers.here, SIGNUPS_AT_ONCE, request.args.get("page", 1, int))
    return render_template(
        "results/signups.html",
        experiment=experiment,
        signups=list(listed_signups(experiment, rule, shown)),
        shown=shown,
        is_detailed="details" in request.args,
        kinds=kinds(experiment),
        count=numbers.here,
        left=numbers.left,
        asked_to_confirm=numbers.asked,
        unusual=unusual_hours(experiment),
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
    advice = advise(asked)
    if advice.plan is None:
        return jsonify(error=" ".join(advice.warnings)), 422
    return jsonify(
        visitors=advice.plan.visitors,
        per_variant=advice.plan.per_variant,
        days=advice.plan.days,
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
        found = TargetCalculation(
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
        shortfall=f"{short} {LOWER}" if short else "",
    )


def _asked(given: Mapping[str, str]) -> PlanRequest:
    """The test that is asked about; what else the rule says is left out where it is no number yet.

    Whole numbers are read as the form reads them. Raises ValueError for a rate, visitors a day or
    variants that are none.
    """
    zone = given.get("time_zone", "")
    return PlanRequest(
        target=float(given.get("target", "")),
        floor=float(given.get("floor", "")),
        alpha=float(given.get("alpha", 0.05)),
        beta=float(given.get("beta", 0.05)),
        variants=_whole(given, "variants") if given.get("variants") else 1,
        daily=_whole(given, "daily") if given.get("daily", "").strip() else None,
        minimum_visitors=whole_of(given.get("minimum_visitors", "")) or 0,
        minimum_days=whole_of(given.get("minimum_days", "")) or 0,
        maximum_visitors=whole_of(given.get("maximum_visitors", "")),
        today=clock.now().astimezone(ZoneInfo(zone if zone in time_zones() else "UTC")).date(),
        ends_on=_day(given.get("ends_on", "")),
        do=act_named(given.get("conversion")).do,
    )


def _whole(given: Mapping[str, str], name: str) -> int:
    found = whole_of(given.get(name, ""))
    if found is None:
        raise ValueError(f"{name} is no whole number")
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
