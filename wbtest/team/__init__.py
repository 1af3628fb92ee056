"""People, log-in and who may do what."""

from datetime import timedelta

from flask import Flask, Request, Response, g
from werkzeug.local import LocalProxy

from wbtest.extensions import login, runtime
from wbtest.team import (
    access,
    account_views,
    accounts,
    audit,
    health,
    login_views,
    people,
    people_views,
    rate_limits,
    reauthentication,
    sessions,
    settings_views,
)
from wbtest.team.login_views import bp, say_no_team

# Each adds its pages to the blueprint of ``login_views``.
PAGES = (account_views, health, login_views, people_views, reauthentication, settings_views)


def init_app(app: Flask) -> None:
    """Attach this area's pages, the log-in, the limits, and what templates ask about people."""
    app.register_blueprint(bp)
    hooks = runtime(app).hooks
    app.register_error_handler(access.NoTeam, say_no_team)
    # The cookie is read again with each request; Flask-Login's own session is not used at all.
    login.session_protection = None
    # A cookie of this name would be read instead of ours; any program on localhost may set it.
    app.config["REMEMBER_COOKIE_NAME"] = None
    login.init_app(app, add_context_processor=False)
    login.request_loader(_find_person)
    app.after_request(_note_use)
    app.after_request(_note_refusal)
    app.context_processor(_who_asks)
    hooks.tell_owners = people.tell_owners
    hooks.jobs["old sessions"] = (sessions.forget_old_sessions, timedelta(days=1))
    hooks.jobs["old invitations"] = (people.forget_old_invitations, timedelta(days=1))
    hooks.jobs["old account links"] = (accounts.forget_old_links, timedelta(days=1))
    hooks.jobs["old counts"] = (rate_limits.forget_old_counts, timedelta(hours=1))


def _find_person(request: Request) -> object:
    if request.blueprint == access.API:
        # A program shows a token; a browser's cookie opens nothing there.
        program = access.find_token()
        return program.person if program else None
    token = request.cookies.get(sessions.cookie_name(), "")
    found = sessions.find_use(token)
    if found is None:
        return None
    if sessions.is_use_due(found.noted_at):
        g.used_session = token
    return found.person


def _note_use(response: Response) -> Response:
    """When the page is made, and once an hour: that its device was used."""
    if token := g.pop("used_session", ""):
        sessions.note_session_use(token)
    return response


def _note_refusal(response: Response) -> Response:
    """When the answer is made, so that no transaction of a view is open."""
    if why := g.pop(access.TURNED_AWAY, ""):
        audit.note_refusal(why)
    return response


def _who_asks() -> dict[str, object]:
    """``person``, ``team`` and ``may(permission)`` for templates; ``team`` only for its members.

    Looked up when a template first uses them: an error page must not need the database.
    """
    return {
        "person": LocalProxy(access.find_person),
        "team": LocalProxy(access.find_team),
        "may": access.has_permission,
    }
