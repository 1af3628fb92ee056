"""From an approved revision to a test page: variants, sealed rule, life cycle."""

from datetime import timedelta

from flask import Flask

from wbtest.publishing import cloning_views, variant_views
from wbtest.publishing.choices import views as choices_views
from wbtest.publishing.experiments import newest_zone
from wbtest.publishing.launch import views as launch_views
from wbtest.publishing.links import views as links_views
from wbtest.publishing.looks import unused
from wbtest.publishing.looks import views as looks_views
from wbtest.publishing.running import after_views, correcting_views, life_views
from wbtest.publishing.running.life import end_overdue
from wbtest.publishing.views import bp
from wbtest.runtime import runtime

# Each adds its pages to the blueprint of views.
PAGES = (
    variant_views,
    cloning_views,
    looks_views,
    choices_views,
    links_views,
    launch_views,
    life_views,
    after_views,
    correcting_views,
)


def init_app(app: Flask) -> None:
    """Attach this area's pages, and hand the worker what it must do by the clock."""
    app.register_blueprint(bp)
    hooks = runtime(app).hooks
    hooks.jobs["end_overdue"] = (end_overdue, timedelta(minutes=1))
    hooks.jobs["unused_pictures"] = (unused.delete_unused, unused.EVERY)
    hooks.usual_zone = newest_zone
