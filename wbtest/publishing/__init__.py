"""From an approved revision to a test page: variants, sealed rule, life cycle."""

from datetime import timedelta

from flask import Flask

from wbtest.extensions import runtime
from wbtest.publishing import (
    design_views,
    experiments,
    images,
    lifecycle,
    lifecycle_views,
    link_views,
    variant_views,
    views,
)

# Each adds its pages to the blueprint of views.
PAGES = (design_views, lifecycle_views, link_views, variant_views)


def init_app(app: Flask) -> None:
    """Attach this area's pages, and hand the worker what it must do by the clock."""
    app.register_blueprint(views.bp)
    hooks = runtime(app).hooks
    hooks.jobs["end_overdue"] = (lifecycle.end_overdue, timedelta(minutes=1))
    hooks.jobs["unused_pictures"] = (images.delete_unused_images, images.DELETE_EVERY)
    hooks.usual_zone = experiments.newest_zone
