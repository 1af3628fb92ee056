"""wbtest: the press release first, then strangers decide. This file puts the areas together."""

from pathlib import Path
from typing import Any

import jinja2
from flask import Flask

from wbtest import (
    api,
    audience,
    config,
    database,
    decisions,
    delivery,
    errors,
    ideas,
    publishing,
    results,
    review,
    store,
    team,
    web,
    writing,
)
from wbtest.extensions import Now, Runtime, csrf, db, utc_now

_PACKAGE = Path(__file__).parent
# Of a process, at once.
MOST_CONNECTIONS = 20
# In a checkout templates and static files stand beside the package, in a wheel inside it.
ASSETS = _PACKAGE if (_PACKAGE / "templates").is_dir() else _PACKAGE.parent


def create_app(settings: config.Settings | None = None, now: Now = utc_now) -> Flask:
    """Return the app for ``settings`` (default: the environment's), living by the clock ``now``."""
    settings = settings or config.from_environment()
    app = Flask(
        "wbtest",
        template_folder=str(ASSETS / "templates"),
        static_folder=str(ASSETS / "static"),
        instance_path=str(settings.instance),
    )
    file = settings.database_file
    app.extensions["wbtest"] = Runtime(
        settings=settings,
        now=now,
        lock=store.NoLock() if file is None else store.WriteLock(file.with_suffix(".lock")),
        hosts=web.hosts_of(settings.base_url),
        docs=ASSETS / "docs",
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        # What people typed must not reach the log with the text of an error.
        SQLALCHEMY_ENGINE_OPTIONS=_options_of(settings),
        SESSION_COOKIE_NAME="__Host-wb-form" if settings.is_https else "wb-form",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=8 * 3600,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _open_store(app)
    web.log_slow_requests(app, settings.slow_ms)
    errors.init_app(app)
    web.init_app(app)
    # In this order: who must log in first is told so before anything of a form is read.
    app.before_request(team.access.turn_strangers_away)
    web.check_forms(app)
    csrf.init_app(app)
    web.serve_static(app, ASSETS / "static")
    # From here on an area may stand in front: Door(ProxyFix(StaticFiles(Flask))).
    _join_areas(app)
    return app


def _options_of(settings: config.Settings) -> dict[str, Any]:
    """How the engine is made.

    Each thread of a web process may need a connection, and so may the recorder. Those of PostgreSQL
    cost a process there, so few are kept open.
    """
    kept = 18 if settings.is_sqlite else 6
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": kept,
        "max_overflow": MOST_CONNECTIONS - kept,
    }
    if not settings.is_sqlite:
        options["connect_args"] = database.connect_options(settings.database_url)
    return options


def _open_store(app: Flask) -> None:
    """Tie the database to the app, with our rules on every connection."""
    db.init_app(app)
    # What is registered last is called first, before the extension does the same and may fail.
    app.teardown_appcontext(store.let_go)
    with app.app_context():
        store.prepare(db.engine)


def _join_areas(app: Flask) -> None:
    """Register each area, from the one that is written first to the one that is read last."""
    for area in (
        delivery,
        team,
        writing,
        review,
        publishing,
        audience,
        results,
        decisions,
        ideas,
        api,
    ):
        area.init_app(app)


__all__ = ["create_app"]
