"""Every idea, what waits for whom, and the way from the first line to the first visitor.

The area on top: it looks at all others, and none of them knows it.
"""

from flask import Flask

from wbtest.delivery.models import OutboxMail
from wbtest.extensions import runtime
from wbtest.ideas import (
    daily_email,
    help_pages,
    milestones,
    notifications,
    onboarding,
    todo_list,
    views,
)
from wbtest.team import accounts


def init_app(app: Flask) -> None:
    """Attach this area's pages, and hand the worker what it must do by the clock."""
    app.register_blueprint(views.bp)
    app.register_blueprint(help_pages.bp)
    app.add_template_global(views.head_in_view, "idea_head")
    app.after_request(todo_list.forget_count)
    hooks = runtime(app).hooks
    hooks.waiting_count = todo_list.waiting_count
    app.add_template_global(hooks.waiting_count, "waiting_count")
    hooks.jobs["verdicts told"] = (notifications.send_notifications, notifications.EVERY)
    hooks.jobs["milestones told"] = (milestones.send_milestones, milestones.EVERY)
    hooks.jobs["start pages"] = (onboarding.end_where_visited, onboarding.END_EVERY)
    hooks.jobs["daily mail"] = (daily_email.send_daily_mails, daily_email.EVERY)
    hooks.may_leave = _may_leave


def _may_leave(mail: OutboxMail) -> bool:
    areas = (accounts, daily_email, milestones)
    return all(area.may_leave(mail) for area in areas)
