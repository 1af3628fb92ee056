"""Every idea, what waits for whom, and the way from the first line to the first visitor.

The area on top: it looks at all others, and none of them knows it.
"""

from flask import Flask

from wbtest.extensions import runtime
from wbtest.ideas import (
    daily_email,
    help_views,
    idea_head,
    notification_views,
    notifications,
    onboarding_status,
    onboarding_views,
    views,
    waiting_count,
)

# Each adds its pages to the blueprint of views.
PAGES = (onboarding_views, notification_views)


def init_app(app: Flask) -> None:
    """Attach this area's pages, and hand the worker what it must do by the clock."""
    app.register_blueprint(views.bp)
    app.register_blueprint(help_views.bp)
    app.add_template_global(idea_head.head_in_view, "idea_head")
    app.after_request(waiting_count.forget_count)
    hooks = runtime(app).hooks
    hooks.waiting_count = waiting_count.waiting_count
    app.add_template_global(hooks.waiting_count, "waiting_count")
    hooks.jobs["verdicts told"] = (notifications.send_notifications, notifications.EVERY)
    hooks.jobs["start pages"] = (onboarding_status.end_where_visited, onboarding_status.END_EVERY)
    hooks.jobs["daily mail"] = (daily_email.send_daily_mails, daily_email.EVERY)
    hooks.may_leave = daily_email.may_leave
