"""From an approved revision to a test page: variants, sealed rule, life cycle."""

from datetime import timedelta
from importlib import import_module

from flask import Flask

from wbtest.runtime import runtime

# Each adds its pages to the blueprint of views.
PAGES = (
    "variant_views",
    "cloning_views",
    "looks.views",
    "choices.views",
    "links.views",
    "launch.views",
    "running.life_views",
    "running.after_views",
)


def init_app(app: Flask) -> None:
    """Attach this area's pages, and hand the worker what it must do by the clock."""
    from wbtest.publishing.listed import newest_zone
    from wbtest.publishing.looks import unused
    from wbtest.publishing.running.life import announce_change, end_overdue
    from wbtest.publishing.views import bp

    for name in PAGES:
        import_module(f"{__name__}.{name}")
    app.register_blueprint(bp)
    hooks = runtime(app).hooks
    hooks.jobs["end_overdue"] = (end_overdue, timedelta(minutes=1))
    hooks.jobs["unused_pictures"] = (unused.delete_unused, unused.EVERY)
    hooks.announce_change = announce_change
    hooks.usual_zone = newest_zone
