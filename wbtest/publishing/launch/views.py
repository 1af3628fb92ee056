"""The launch check: everything that should be right before strangers come, on one page."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.publishing.launch.added import added_to
from wbtest.publishing.launch.facts import findings_of
from wbtest.publishing.launch.passing import LONGEST_REASON, ReasonsMissing, check
from wbtest.publishing.launch.readiness import find_objection
from wbtest.publishing.launch.values import Finding
from wbtest.publishing.launch.ways import ways_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import AlreadyDone, ChangedMeanwhile, NotReady
from wbtest.publishing.running.sealing import draft_digest
from wbtest.publishing.running.stages import is_checked
from wbtest.publishing.views import bp
from wbtest.store import Refused
from wbtest.team import access


@bp.route("/experiments/<int:experiment_id>/launch", methods=["GET", "POST"])
@access.requires("edit")
def launch(experiment_id: int) -> ResponseReturnValue:
    """What stops the start, what wants a reason, and what is fine."""
    experiment = access.get(Experiment, experiment_id, "edit")
    if experiment.state != "draft":
        raise Refused("This experiment was started. Its check stands in its history.")
    faults: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            check(experiment, access.person(), request.form, request.form.get("read", ""))
        except ReasonsMissing as error:
            faults = error.faults
        except (ChangedMeanwhile, AlreadyDone) as error:
            flash(str(error))
            return redirect(url_for(".experiment", experiment_id=experiment.id), 303)
        except NotReady:
            flash("It cannot pass yet: what stops it stands below.", "error")
            return _page(experiment, faults, 409)
        else:
            flash("The launch check is passed. Any change of the draft asks for it again.")
            return redirect(url_for(".launch", experiment_id=experiment.id), 303)
    return _page(experiment, faults, 422 if faults else 200)


def _page(experiment: Experiment, faults: Mapping[str, str], status: int) -> ResponseReturnValue:
    found = findings_of(experiment)
    groups = {
        kind: [entry for entry in found if entry.kind == kind]
        for kind in ("blocker", "warning", "fine")
    }
    # One reason for all that is warned of about one thing.
    warnings = _by_what(groups["warning"])
    page = render_template(
        "publishing/launch.html",
        experiment=experiment,
        blockers=groups["blocker"],
        warnings=warnings,
        fine=groups["fine"],
        faults=faults,
        given=request.form if request.method == "POST" else experiment.reasons,
        read=draft_digest(experiment),
        is_checked=is_checked(experiment) and warnings.keys() <= experiment.reasons.keys(),
        objection=find_objection(experiment, access.person()),
        longest=LONGEST_REASON,
        ways=ways_of(experiment),
        added=added_to(experiment, access.person()),
    )
    return page, status


def _by_what(found: list[Finding]) -> dict[str, list[Finding]]:
    by_what: dict[str, list[Finding]] = {}
    for entry in found:
        by_what.setdefault(entry.what, []).append(entry)
    return by_what
