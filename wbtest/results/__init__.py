"""From counts to a verdict the team can trust, and its decision."""

from flask import Flask

from wbtest.results import (
    closing_views,
    excluded_views,
    listing_views,
    network_checking,
    signup_views,
)
from wbtest.results.annotating import views as annotating_views
from wbtest.results.dashboard import file_views, first_views
from wbtest.results.dashboard import views as dashboard_views
from wbtest.results.deciding import memo_views
from wbtest.results.deciding import views as deciding_views
from wbtest.results.deciding.showing import once_decided
from wbtest.results.drawing import belief, odds, times
from wbtest.results.learning import views as learning_views
from wbtest.results.measurement_checks import chance
from wbtest.results.portfolio import views as portfolio_views
from wbtest.results.sharing import shared_views
from wbtest.results.sharing import views as sharing_views
from wbtest.results.sharing.shared_views import keep_shared_secret
from wbtest.results.spending import views as spending_views
from wbtest.results.starting import hiding
from wbtest.results.starting import views as starting_views
from wbtest.results.telling import events
from wbtest.results.telling import views as telling_views
from wbtest.results.views import bp
from wbtest.results.visitor_checks import reason_name
from wbtest.results.waiting import daily_mail
from wbtest.results.waiting import views as waiting_views
from wbtest.results.waiting.views import count_needs_me
from wbtest.runtime import runtime

# Each adds its pages to the blueprint of views.
PAGES = (
    annotating_views,
    closing_views,
    file_views,
    first_views,
    dashboard_views,
    memo_views,
    deciding_views,
    excluded_views,
    learning_views,
    listing_views,
    portfolio_views,
    sharing_views,
    shared_views,
    signup_views,
    spending_views,
    starting_views,
    telling_views,
    waiting_views,
)


def init_app(app: Flask) -> None:
    """Attach this area's pages, and hand the worker what it must do by the clock."""
    app.register_blueprint(bp)
    hooks = runtime(app).hooks
    app.after_request(keep_shared_secret)
    hooks.jobs["networks checked"] = (network_checking.check_all_networks, network_checking.EVERY)
    hooks.jobs["verdicts told"] = (events.tell_events, events.EVERY)
    hooks.jobs["start pages"] = (hiding.end_where_visited, hiding.EVERY)
    hooks.jobs["daily mail"] = (daily_mail.send_daily_mails, daily_mail.EVERY)
    hooks.may_leave = daily_mail.may_leave
    app.add_template_global(count_needs_me)
    for formats in (belief, chance, odds, once_decided, times, reason_name):
        app.add_template_filter(formats)
