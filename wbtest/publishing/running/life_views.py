"""The steps of an experiment that a person takes: start, pause, resume, end; and the seal."""

from collections.abc import Callable
from functools import partial

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.publishing.models import Experiment
from wbtest.publishing.running import life
from wbtest.publishing.views import bp, experiment_page
from wbtest.runtime import runtime
from wbtest.team import access
from wbtest.team.models import Person


def where_proof_is() -> str:
    """Where the approvers find what was sealed, as the end of a sentence."""
    if runtime().settings.mail_url:
        return "is in your mail"
    return "stands below; a mail with it waits, for none can be sent yet"


@bp.post("/experiments/<int:experiment_id>/start")
@access.requires("approve")
def start(experiment_id: int) -> ResponseReturnValue:
    """Seal the draft and open its page; where something is missing, the page says what."""
    verb = partial(life.start, read=request.form.get("read", ""))
    try:
        return _take(
            experiment_id,
            verb,
            f"The page is open. The proof that its rule was fixed before {where_proof_is()}.",
        )
    except life.NotReady as error:
        if [entry.what for entry in error.missing] == ["checked"]:
            flash(str(error))
            return redirect(url_for(".launch", experiment_id=experiment_id), 303)
        flash("It cannot start yet: what is missing stands below.", "error")
        return experiment_page(access.get(Experiment, experiment_id, "approve"), 409)


@bp.post("/experiments/<int:experiment_id>/pause")
@access.requires("approve")
def pause(experiment_id: int) -> ResponseReturnValue:
    """Let the page rest."""
    done = "The page rests. Nobody is counted meanwhile."
    return _take(experiment_id, lambda found, who: life.pause(found, who, _why()), done)


@bp.post("/experiments/<int:experiment_id>/resume")
@access.requires("approve")
def resume(experiment_id: int) -> ResponseReturnValue:
    """Open a resting page again."""
    return _take(experiment_id, life.resume, "The page is open again.")


@bp.post("/experiments/<int:experiment_id>/end")
@access.requires("approve")
def end(experiment_id: int) -> ResponseReturnValue:
    """Close the page for good."""
    done = "The experiment is over. Its page is closed."
    return _take(experiment_id, lambda found, who: life.end(found, who, _why()), done)


@bp.get("/experiments/<int:experiment_id>/seal.txt")
@access.requires("read")
def seal(experiment_id: int) -> ResponseReturnValue:
    """The sealed text, byte by byte as it was sealed."""
    experiment = access.get(Experiment, experiment_id, "read")
    if not experiment.sealed:
        abort(404)
    answer = Response(experiment.sealed, mimetype="text/plain")
    name = f"{life.file_stem(experiment)}-seal.txt"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _why() -> str:
    """The reason that was asked for. Raises Invalid without one."""
    return life.needed_reason(request.form.get("why", ""))


def _take(
    experiment_id: int, verb: Callable[[Experiment, Person], Experiment], done: str
) -> ResponseReturnValue:
    """Take a step in an experiment's life; who clicked on an old page is told so."""
    experiment = access.get(Experiment, experiment_id, "approve")
    try:
        verb(experiment, access.person())
        flash(done)
    except (life.AlreadyDone, life.StillOpen, life.ChangedMeanwhile) as error:
        flash(str(error))
    return redirect(url_for("ideas.experiment", experiment_id=experiment_id), 303)
