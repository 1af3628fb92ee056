"""The review of frozen revisions: seats, readings, comments, verdicts, approvals."""

from importlib import import_module

from flask import Flask

from wbtest.runtime import runtime

# Each adds its pages to the blueprints of views and seat_views.
PAGES = (
    "decision_views",
    "asking.views",
    "asking.link_views",
    "reading.views",
    "alignment.views",
    "comments.views",
    "comments.list_views",
    "waiting.views",
    "sample.views",
)


def init_app(app: Flask) -> None:
    """Attach this area's pages and what others need of it."""
    from wbtest.review import seat_views, views
    from wbtest.review.asking.link_views import keep_address_secret
    from wbtest.review.deletion import why_kept
    from wbtest.review.standing import approvals_by_revision, standing_of
    from wbtest.review.verdicts import find_stop, is_stopped
    from wbtest.review.waiting import daily_mail
    from wbtest.review.waiting.views import count_needs_me

    for name in PAGES:
        import_module(f"{__name__}.{name}")
    app.register_blueprint(views.bp)
    app.register_blueprint(seat_views.bp, url_prefix=seat_views.MEMBERS)
    app.register_blueprint(seat_views.bp, url_prefix=seat_views.GUESTS, name="guests")
    app.after_request(keep_address_secret)
    hooks = runtime(app).hooks
    hooks.jobs["daily mail"] = (daily_mail.send_daily_mails, daily_mail.EVERY)
    hooks.may_leave = daily_mail.may_leave
    hooks.is_stopped = is_stopped
    app.add_template_global(standing_of)
    app.add_template_global(count_needs_me)
    app.add_template_global(approvals_by_revision)
    app.add_template_global(find_stop, "stop_of")
    app.add_template_global(why_kept)
