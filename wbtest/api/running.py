"""The steps of an experiment: started, paused, resumed, ended, and new phases."""

from wbtest.api.answers import Answer
from wbtest.api.experiment_shapes import ExperimentShown, shown
from wbtest.api.faults import told_as
from wbtest.api.release_shapes import Given
from wbtest.publishing.models import Experiment
from wbtest.publishing.running import life, phases
from wbtest.team import access


class Reason(Given, kw_only=True):
    """It stands in the experiment's history."""

    why: str


class Weights(Given, kw_only=True):
    """The weight of each variant in the new phase; who is left out gets nobody new."""

    weights: dict[str, int]
    why: str


def start_experiment(experiment_id: int) -> Answer[ExperimentShown]:
    """Seal a checked draft and open its page. Four eyes: who wrote a variant does not start it."""
    return shown(life.start(_get(experiment_id), access.person()))


def pause_experiment(experiment_id: int, body: Reason) -> Answer[ExperimentShown]:
    """Let the page rest; nobody is counted meanwhile."""
    why = life.needed_reason(body.why)
    return shown(life.pause(_get(experiment_id), access.person(), why))


def resume_experiment(experiment_id: int) -> Answer[ExperimentShown]:
    """Open a page that rests."""
    return shown(life.resume(_get(experiment_id), access.person()))


def end_experiment(experiment_id: int, body: Reason) -> Answer[ExperimentShown]:
    """Close the page for good."""
    why = life.needed_reason(body.why)
    return shown(life.end(_get(experiment_id), access.person(), why))


def open_phase(experiment_id: int, body: Weights) -> Answer[ExperimentShown]:
    """Open a new phase with other weights. Its rates are never pooled with those before."""
    experiment = _get(experiment_id)
    with told_as(**{each.key: f"weights.{each.key}" for each in experiment.variants}):
        phases.open_phase(experiment, access.person(), body.weights, body.why)
    return shown(experiment)


def _get(experiment_id: int) -> Experiment:
    return access.get(Experiment, experiment_id, "approve")
