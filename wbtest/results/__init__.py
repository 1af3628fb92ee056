"""From counts to a verdict that the team can trust."""

from flask import Flask

from wbtest.extensions import runtime
from wbtest.results import network_checking, shared_links, shared_page, visitor_views
from wbtest.results.chart_style import belief, odds, odds_in_words, times
from wbtest.results.measurement_checks import chance
from wbtest.results.verdict_text import once_decided
from wbtest.results.views import bp
from wbtest.results.visitor_checks import reason_name

# They add their pages to the blueprint.
PAGES = (shared_links, shared_page, visitor_views)


def init_app(app: Flask) -> None:
    """Attach this area's pages, and hand the worker what it must do by the clock."""
    app.register_blueprint(bp)
    hooks = runtime(app).hooks
    hooks.jobs["networks checked"] = (network_checking.check_all_networks, network_checking.EVERY)
    for formats in (belief, chance, odds, odds_in_words, once_decided, times, reason_name):
        app.add_template_filter(formats)
