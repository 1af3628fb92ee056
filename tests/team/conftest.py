"""The team's own pages, and somebody with a log-in who has a phone."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, log_in, make_person
from tests.team.mailbox import code_of
from tests.team.matrix import Asking, Asks
from wbtest.config import Settings
from wbtest.extensions import db
from wbtest.team import two_factor
from wbtest.team.models import Person


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """Without mail, so that links are shown instead, unless the test's module names a server."""
    return replace(settings, mail_url=getattr(request.module, "MAIL_URL", ""))


@pytest.fixture
def asks(app: Flask) -> Iterator[Asks]:
    """A function that makes the requests of whoever has a token."""
    with ExitStack() as stack:
        yield lambda token="": stack.enter_context(closing(Asking(app, token)))


@pytest.fixture
def ada(app: Flask) -> Person:
    return make_person("ada@example.com", "editor")


@pytest.fixture
def elsewhere(app: Flask, ada: Person) -> Browser:
    """Ada's other device, logged in."""
    browser = app.test_client()
    assert isinstance(browser, Browser)
    log_in(browser, ada)
    return browser


@pytest.fixture
def secret(ada: Person, now: HandClock) -> str:
    """What Ada's phone keeps: her second factor is on, and its first code is used up."""
    secret = two_factor.make_secret()
    two_factor.turn_on(ada, secret, password=PASSWORD, code=code_of(secret, now))
    now.turn(seconds=two_factor.SECONDS)
    db.session.rollback()
    return secret


@pytest.fixture
def recovery(ada: Person, secret: str, now: HandClock) -> list[str]:
    """Ada's recovery codes, from turning it off and on again."""
    two_factor.turn_off_for(ada)
    made = two_factor.turn_on(ada, secret, password=PASSWORD, code=code_of(secret, now))
    now.turn(seconds=two_factor.SECONDS)
    db.session.rollback()
    return made
