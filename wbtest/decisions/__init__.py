"""Go, iterate or stop: deciding, the memo of it, the mail about it, and what was learned."""

from flask import Flask

from wbtest.decisions import memo_views
from wbtest.decisions.decision_views import bp, decision_part
from wbtest.extensions import runtime

# It adds its pages to the blueprint of decision_views.
PAGES = (memo_views,)


def init_app(app: Flask) -> None:
    """Attach this area's pages, and show results what was decided."""
    app.register_blueprint(bp)
    runtime(app).hooks.decision_part = decision_part
