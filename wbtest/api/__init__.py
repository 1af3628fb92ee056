"""Everything that a person can do here, for programs: JSON over the same verbs, under /api/v1."""

from datetime import timedelta

from flask import Flask

from wbtest.api import idempotency, openapi
from wbtest.api.dispatch import bp
from wbtest.extensions import csrf, runtime


def init_app(app: Flask) -> None:
    """Attach the API, its description, and the job that forgets old answers."""
    # No cookie opens anything there, so no other site can send one along.
    csrf.exempt(bp)
    app.register_blueprint(bp)
    app.register_blueprint(openapi.docs_bp)
    runtime(app).hooks.jobs["old answers"] = (idempotency.forget_old_answers, timedelta(hours=1))
