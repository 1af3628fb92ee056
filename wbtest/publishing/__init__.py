"""From an approved revision to a test page: variants, sealed rule, life cycle."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this area's pages and what others need of it."""
    from wbtest.publishing.views import bp

    app.register_blueprint(bp)
