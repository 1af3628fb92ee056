"""Approvals of frozen revisions."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach this area's pages and what others need of it."""
    from wbtest.review.approvals import find_approval, standing_of
    from wbtest.review.views import bp

    app.register_blueprint(bp)
    app.add_template_global(find_approval, "approval_of")
    app.add_template_global(standing_of)
