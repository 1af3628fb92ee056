"""From counts to a verdict the team can trust, and its decision."""

from collections.abc import Sequence

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this area's pages, and hand lower areas the planner and an experiment's verdict."""
    from wbtest.extensions import clock
    from wbtest.publishing.models import Experiment
    from wbtest.results import closing_views as closing_views
    from wbtest.results import excluded_views as excluded_views
    from wbtest.results import signup_views as signup_views
    from wbtest.results.decisions import find_decision
    from wbtest.results.drawing import odds, times
    from wbtest.results.measurement import chance
    from wbtest.results.people import reason_name
    from wbtest.results.planner import plan
    from wbtest.results.summary import Summary, summaries
    from wbtest.results.views import bp

    def verdicts_of(experiments: Sequence[Experiment]) -> dict[int, Summary]:
        return summaries(experiments, clock.now())

    app.register_blueprint(bp)
    app.extensions["wbtest.planner"] = plan
    app.extensions["wbtest.find_decision"] = find_decision
    # The list of all experiments lies below, and asks for their verdicts by this name.
    app.extensions["wbtest.verdicts"] = verdicts_of
    for formats in (chance, odds, times, reason_name):
        app.add_template_filter(formats)
