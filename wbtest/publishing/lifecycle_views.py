"""The launch check, the steps of a test's life, and what its page shows after the end."""

from collections.abc import Callable, Iterator
from functools import partial

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.extensions import runtime
from wbtest.forms import form_on, submitted
from wbtest.networks import why_unreachable
from wbtest.publishing import display, experiment_stages, launch_check, lifecycle, sealing
from wbtest.publishing.launch_readiness import (
    find_objection,
    find_open_test,
    findings_of,
    unseen_warnings,
    warnings_of,
)
from wbtest.publishing.models import Experiment
from wbtest.publishing.own_hosts import find_host_trouble, site_address
from wbtest.publishing.views import FRAMING, after_form, bp, experiment_page
from wbtest.store import Refused
from wbtest.team import access
from wbtest.team.models import Person


@bp.route("/experiments/<int:experiment_id>/launch", methods=["GET", "POST"])
@access.requires("edit")
def launch(experiment_id: int) -> ResponseReturnValue:
    """What stops the start, what to see before it, and what is fine."""
    experiment = access.get(Experiment, experiment_id, "edit")
    if experiment.state != "draft":
        raise Refused("This test has started. Its launch check is in its history.")
    if request.method == "POST":
        form = request.form
        try:
            seen, read = form.getlist("seen"), form.get("read", "")
            lifecycle.record_check(experiment, access.person(), seen, read, access.find_reach())
        except lifecycle.WarningsUnseen as error:
            flash(str(error), "error")
            return _launch_page(experiment, 422)
        except (lifecycle.ChangedMeanwhile, lifecycle.AlreadyDone) as error:
            flash(str(error))
            return redirect(url_for("ideas.experiment", experiment_id=experiment.id), 303)
        except lifecycle.NotReady:
            flash("Fix what’s blocking first.", "error")
            return _launch_page(experiment, 409)
        else:
            flash("Launch check done. Any change means checking again.")
            return redirect(url_for(".launch", experiment_id=experiment.id), 303)
    return _launch_page(experiment)


def _launch_page(experiment: Experiment, status: int = 200) -> ResponseReturnValue:
    found = findings_of(experiment, access.find_reach())
    shown = [*_host_findings(experiment), *found]
    groups = {
        kind: [entry for entry in shown if entry.kind == kind]
        for kind in ("blocker", "warning", "fine")
    }
    page = render_template(
        "publishing/launch.html",
        experiment=experiment,
        blockers=groups["blocker"],
        warnings=groups["warning"],
        seen=warnings_of(found),
        fine=groups["fine"],
        read=sealing.draft_digest(experiment),
        is_checked=experiment_stages.is_checked(experiment)
        and not unseen_warnings(found, experiment.warnings_seen),
        objection=find_objection(experiment, access.person()),
        open_test=find_open_test(experiment),
        ways=display.ways_of(experiment),
        preview_url=display.preview_url(experiment, experiment.variants[0].key),
        added=display.added_to(experiment, access.person()),
    )
    return page, status, FRAMING


def _host_findings(experiment: Experiment) -> Iterator[launch_check.Finding]:
    """What is wrong with the test's own host, which only a look from outside can tell."""
    host = experiment.host
    site = site_address(runtime().settings.base_url, host)
    if host and not why_unreachable(site) and (fault := find_host_trouble(host)):
        yield launch_check.found("host_away", fault=fault)


def where_proof_is() -> str:
    """Where the approvers find what was sealed, as the end of a sentence."""
    if runtime().settings.mail_url:
        return "is in your email"
    return "is below"


@bp.route("/experiments/<int:experiment_id>/start", methods=["GET", "POST"])
@access.requires("approve")
@form_on("ideas.experiment")
def start(experiment_id: int) -> ResponseReturnValue:
    """Seal the draft and open its page; where something is missing, the page says what.

    From the launch check itself it comes with the warnings that were ``seen``, and passes it.
    """
    form = request.form
    verb = partial(lifecycle.start, read=form.get("read", ""))
    if "check" in form:
        verb = partial(
            lifecycle.check_and_start,
            seen=form.getlist("seen"),
            read=form.get("read", ""),
            reach=access.find_reach(),
        )
    try:
        return _take_step(experiment_id, verb, f"Test started. The locked rule {where_proof_is()}.")
    except lifecycle.WarningsUnseen as error:
        flash(str(error), "error")
        return redirect(url_for(".launch", experiment_id=experiment_id), 303)
    except lifecycle.NotReady as error:
        if [entry.what for entry in error.missing] == ["checked"]:
            flash(str(error))
            return redirect(url_for(".launch", experiment_id=experiment_id), 303)
        flash("It can’t start yet. Fix what’s missing.", "error")
        return experiment_page(access.get(Experiment, experiment_id, "approve"), 409)


@bp.post("/experiments/<int:experiment_id>/pause")
@access.requires("approve")
def pause(experiment_id: int) -> ResponseReturnValue:
    """Let the page rest."""
    done = "Test paused."
    return _take_step(
        experiment_id, lambda found, who: lifecycle.pause(found, who, _given_reason()), done
    )


@bp.post("/experiments/<int:experiment_id>/resume")
@access.requires("approve")
def resume(experiment_id: int) -> ResponseReturnValue:
    """Open a resting page again."""
    return _take_step(experiment_id, lifecycle.resume, "Test resumed.")


@bp.post("/experiments/<int:experiment_id>/end")
@access.requires("approve")
def end(experiment_id: int) -> ResponseReturnValue:
    """Close the page for good."""
    done = "Test ended."
    return _take_step(
        experiment_id, lambda found, who: lifecycle.end(found, who, _given_reason()), done
    )


@bp.get("/experiments/<int:experiment_id>/seal.txt")
@access.requires("read")
def seal(experiment_id: int) -> ResponseReturnValue:
    """The sealed text, byte by byte as it was sealed."""
    experiment = access.get(Experiment, experiment_id, "read")
    if not experiment.sealed:
        abort(404)
    answer = Response(experiment.sealed, mimetype="text/plain")
    name = f"{lifecycle.file_stem(experiment)}-seal.txt"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _given_reason() -> str:
    """The reason that was asked for. Raises Invalid without one."""
    return lifecycle.needed_reason(request.form.get("why", ""))


def _take_step(
    experiment_id: int, verb: Callable[[Experiment, Person], Experiment], done: str
) -> ResponseReturnValue:
    """Take a step in an experiment's life; who clicked on an old page is told so."""
    experiment = access.get(Experiment, experiment_id, "approve")
    try:
        verb(experiment, access.person())
        flash(done)
    except (lifecycle.AlreadyDone, lifecycle.StillOpen, lifecycle.ChangedMeanwhile) as error:
        flash(str(error))
    return redirect(url_for("ideas.experiment", experiment_id=experiment_id), 303)


@bp.route("/experiments/<int:experiment_id>/after", methods=["GET", "POST"])
@access.requires("own")
@form_on("ideas.experiment")
def after(experiment_id: int) -> ResponseReturnValue:
    """Close the page of an ended test with its outcome, or open it as a waiting list."""
    experiment = access.get(Experiment, experiment_id, "own")
    lifecycle.demand_choice(experiment)
    form = after_form(experiment)
    if submitted(
        form,
        lambda: lifecycle.choose_afterwards(
            experiment,
            access.person(),
            form.afterwards.data or "",
            outcome=form.outcome.data or "",
            waiting_variant=form.waiting_variant.data or "",
            leaves_host=form.leaves_host.data,
        ),
    ):
        flash("Waiting list opened." if experiment.afterwards == "open" else "Page closed.")
        return redirect(url_for("ideas.experiment", experiment_id=experiment.id), 303)
    return experiment_page(experiment, 422, form)
