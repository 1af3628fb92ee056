"""From an approved revision to a test page: variants, sealed rule, life cycle."""

from datetime import timedelta

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this area's pages, and hand the worker what it must do by the clock."""
    from wbtest.publishing.life import announce_change, end_overdue

    # Imported from here, so that the views of variants have joined the others.
    from wbtest.publishing.variant_views import bp

    app.register_blueprint(bp)
    jobs = app.extensions.setdefault("wbtest.jobs", {})
    jobs["end_overdue"] = (end_overdue, timedelta(minutes=1))
    # Who answers for a page stands on it, and `team` lies below: it calls this by name.
    app.extensions["wbtest.announce_change"] = announce_change
