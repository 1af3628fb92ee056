"""Everything a visitor touches: the page, the beacon, the sign-up, and how they are recorded."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this area's pages and what others need of it."""
    from wbtest.audience.views import bp

    app.register_blueprint(bp)
