"""The launch check: everything that should be right before strangers come, on one page."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.publishing.launch.added import added_to
from wbtest.publishing.launch.facts import findings_of, unseen_warnings, warnings_of
from wbtest.publishing.launch.passing import WarningsUnseen, check
from wbtest.publishing.launch.readiness import find_objection, find_open_test
from wbtest.publishing.launch.ways import ways_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import AlreadyDone, ChangedMeanwhile, NotReady
from wbtest.publishing.running.sealing import draft_digest
from wbtest.publishing.running.stages import is_checked
from wbtest.publishing.views import bp
from wbtest.store import Refused
from wbtest.team import access, client_info


@bp.route("/experiments/<int:experiment_id>/launch", methods=["GET", "POST"])
@access.requires("edit")
def launch(experiment_id: int) -> ResponseReturnValue:
    """What stops the start, what to see before it, and what is fine."""
    experiment = access.get(Experiment, experiment_id, "edit")
    if experiment.state != "draft":
        raise Refused("This experiment was started. Its check stands in its history.")
    if request.method == "POST":
        form = request.form
        try:
            seen, read = form.getlist("seen"), form.get("read", "")
            check(experiment, access.person(), seen, read, client_info.find_reach())
        except WarningsUnseen as error:
            flash(str(error), "error")
            return _page(experiment), 422
        except (ChangedMeanwhile, AlreadyDone) as error:
            flash(str(error))
            return redirect(url_for("ideas.experiment", experiment_id=experiment.id), 303)
        except NotReady:
            flash("It cannot pass yet: what stops it stands below.", "error")
            return _page(experiment), 409
        else:
            flash("The launch check is passed. Any change of the draft asks for it again.")
            return redirect(url_for(".launch", experiment_id=experiment.id), 303)
    return _page(experiment), 200


def _page(experiment: Experiment) -> str:
    found = findings_of(experiment, client_info.find_reach())
    groups = {
        kind: [entry for entry in found if entry.kind == kind]
        for kind in ("blocker", "warning", "fine")
    }
    return render_template(
        "publishing/launch.html",
        experiment=experiment,
        blockers=groups["blocker"],
        warnings=groups["warning"],
        seen=warnings_of(found),
        fine=groups["fine"],
        read=draft_digest(experiment),
        is_checked=is_checked(experiment) and not unseen_warnings(found, experiment.warnings_seen),
        objection=find_objection(experiment, access.person()),
        open_test=find_open_test(experiment),
        ways=ways_of(experiment),
        added=added_to(experiment, access.person()),
    )
