"""The review of frozen revisions: seats, readings, comments, verdicts, approvals."""

from flask import Flask

from wbtest.review import approvals, room_views, sample, views
from wbtest.writing.releases import why_kept

# It adds its pages to the blueprint of views.
PAGES = (sample,)


def init_app(app: Flask) -> None:
    """Attach this area's pages and what others need of it."""
    app.register_blueprint(views.bp)
    app.register_blueprint(room_views.bp, url_prefix=room_views.MEMBERS)
    app.register_blueprint(room_views.bp, url_prefix=room_views.GUESTS, name="guests")
    app.add_template_global(approvals.approval_statuses)
    app.add_template_global(approvals.approvals_by_revision)
    app.add_template_global(approvals.find_stop, "stop_of")
    app.add_template_global(why_kept)
