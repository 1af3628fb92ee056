"""People, workspaces, log-in and who may do what."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this area's pages and what others need of it."""
    from wbtest.team.views import bp

    app.register_blueprint(bp)
