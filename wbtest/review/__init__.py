"""The review of frozen revisions: seats, readings, comments, verdicts, approvals."""

from flask import Flask

from wbtest.review import comment_views, request_views, room_access, room_views, sample, views
from wbtest.review.approvals import approval_statuses, approvals_by_revision
from wbtest.review.deletion import why_kept
from wbtest.review.room_access import keep_address_secret
from wbtest.review.verdicts import find_stop

# Each adds its pages to the blueprints of views and room_access.
PAGES = (request_views, room_views, comment_views, sample)


def init_app(app: Flask) -> None:
    """Attach this area's pages and what others need of it."""
    app.register_blueprint(views.bp)
    app.register_blueprint(room_access.bp, url_prefix=room_access.MEMBERS)
    app.register_blueprint(room_access.bp, url_prefix=room_access.GUESTS, name="guests")
    app.after_request(keep_address_secret)
    app.add_template_global(approval_statuses)
    app.add_template_global(approvals_by_revision)
    app.add_template_global(find_stop, "stop_of")
    app.add_template_global(why_kept)
