"""From counts to a verdict the team can trust, and its decision."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this area's pages and what others need of it."""
    from wbtest.results.views import bp

    app.register_blueprint(bp)
