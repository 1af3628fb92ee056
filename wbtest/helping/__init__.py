"""What the docs say, read where one works: pages from our own files, for whoever is logged in."""

from flask import Flask

from wbtest.helping.views import bp


def init_app(app: Flask) -> None:
    """Attach this area's pages."""
    app.register_blueprint(bp)
