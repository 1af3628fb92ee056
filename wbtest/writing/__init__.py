"""Press releases: drafts, FAQ, frozen revisions."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this area's pages and what others need of it."""
    from wbtest.writing.views import bp

    app.register_blueprint(bp)
