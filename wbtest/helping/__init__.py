"""What the docs say, read where one works: pages from our own files, for whoever is logged in."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this area's pages."""
    from wbtest.helping.views import bp

    app.register_blueprint(bp)
