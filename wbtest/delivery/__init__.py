"""Mail leaves here: rows committed with their cause, sent by the background worker."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Make the outbox known to the app; the area has no pages of its own."""
    from wbtest.delivery import models

    app.extensions["wbtest.outbox"] = models.OutboxMail
