"""The links in mails: each address that an email names must be one that a browser can open."""

import re
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask
from werkzeug.exceptions import HTTPException

from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db, runtime

LINK = re.compile(r"https?://[^\s\"'<>]+")
# What ends a sentence, not the address.
PUNCTUATION = ".,:;!?)”’»。、"


def dead_links(app: Flask) -> set[str]:
    """The addresses of this instance in its outbox that no page answers."""
    columns = OutboxMail.body, OutboxMail.leave_url
    texts = {text for row in db.session.execute(sa.select(*columns)) for text in row if text}
    links = {link.rstrip(PUNCTUATION) for text in texts for link in LINK.findall(text)}
    base_url = runtime(app).settings.base_url
    ours = {link for link in links if link.startswith(f"{base_url}/")}
    return {link for link in ours if not _has_a_page(app, link)}


def _has_a_page(app: Flask, link: str) -> bool:
    try:
        app.url_map.bind("").match(urlsplit(link).path, method="GET")
    except HTTPException as error:
        return error.code is not None and error.code < 400
    return True
