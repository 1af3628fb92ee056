"""The review of frozen revisions: seats, readings, comments, verdicts, approvals."""

from flask import Flask

from wbtest.review import comment_views, decision_views, seat_views, views
from wbtest.review import comment_views as comments_views
from wbtest.review.alignment import views as alignment_views
from wbtest.review.asking import link_views
from wbtest.review.asking import views as asking_views
from wbtest.review.asking.link_views import keep_address_secret
from wbtest.review.deletion import why_kept
from wbtest.review.reading import views as reading_views
from wbtest.review.sample import views as sample_views
from wbtest.review.standing import approvals_by_revision, standing_of
from wbtest.review.verdicts import find_stop

# Each adds its pages to the blueprints of views and seat_views.
PAGES = (
    decision_views,
    asking_views,
    link_views,
    reading_views,
    alignment_views,
    comments_views,
    comment_views,
    sample_views,
)


def init_app(app: Flask) -> None:
    """Attach this area's pages and what others need of it."""
    app.register_blueprint(views.bp)
    app.register_blueprint(seat_views.bp, url_prefix=seat_views.MEMBERS)
    app.register_blueprint(seat_views.bp, url_prefix=seat_views.GUESTS, name="guests")
    app.after_request(keep_address_secret)
    app.add_template_global(standing_of)
    app.add_template_global(approvals_by_revision)
    app.add_template_global(find_stop, "stop_of")
    app.add_template_global(why_kept)
