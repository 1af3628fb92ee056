"""Go, iterate or stop: deciding, the memo of it, the mail about it, and what was learned."""

from flask import Flask

from wbtest.decisions import decision_views, memo_views
from wbtest.extensions import runtime

# It adds its pages to the blueprint of decision_views.
PAGES = (memo_views,)


def init_app(app: Flask) -> None:
    """Attach this area's pages, and show results what was decided."""
    app.register_blueprint(decision_views.bp)
    runtime(app).hooks.decision_part = decision_views.decision_part
