"""From counts to a verdict the team can trust, and its decision."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this area's pages, and hand lower areas the planner and an experiment's verdict."""
    from wbtest.extensions import clock
    from wbtest.publishing.models import Experiment
    from wbtest.results.drawing import odds, times
    from wbtest.results.measurement import chance
    from wbtest.results.people import reason_name
    from wbtest.results.planner import plan
    from wbtest.results.summary import Summary, summary
    from wbtest.results.views import bp

    def verdict_of(experiment: Experiment) -> Summary:
        return summary(experiment, clock.now())

    app.register_blueprint(bp)
    app.extensions["wbtest.planner"] = plan
    app.add_template_global(verdict_of)
    for formats in (chance, odds, times, reason_name):
        app.add_template_filter(formats)
