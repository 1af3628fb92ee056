"""The sign-up form as a web app usually takes it: the floor of our own.

The very form of our pages, on Flask, in the same server. What we do beside is left out: no limit by
network, no suspicion, no letter, no roll-up.
"""

import os
import time
from typing import Any

import sqlalchemy as sa
from flask import Flask, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from wbtest import store
from wbtest.audience.forms import SignupForm
from wbtest.audience.models import Signup
from wbtest.audience.recording.events import SignedUp
from wbtest.publishing.page_strings import strings_for

STRINGS = strings_for("en")
DATABASE = os.environ.get("BENCH_DATABASE", "")
EXPERIMENT = int(os.environ.get("BENCH_EXPERIMENT", "1"))

with_orm = Flask("with the ORM")


@with_orm.post("/signup")
def kept() -> ResponseReturnValue:
    """Read the form, and commit the address alone. As durable as ours."""
    form = SignupForm(STRINGS, request.form)
    if not form.validate():
        return "", 422
    commit_alone(_engine, _event(form))
    return _onward()


def commit_alone(engine: sa.Engine, event: SignedUp) -> None:
    """What a web app usually does: an object, a session, a commit."""
    names = [name for name in event.__struct_fields__ if hasattr(Signup, name)]
    with Session(engine) as session:
        session.connection(execution_options={"writes": True})
        session.add(Signup(**{name: getattr(event, name) for name in names}))
        session.commit()


def connect(url: str, connections: int) -> sa.Engine:
    """Return an engine by our rules (WAL, synchronous FULL) that knows no lock of ours."""
    engine = sa.create_engine(url, pool_size=connections)
    store.prepare(engine)
    return engine


def _event(form: SignupForm) -> SignedUp:
    told: dict[str, Any] = {
        "experiment_id": EXPERIMENT,
        "variant": "control",
        "visitor": "",
        "at_us": time.time_ns() // 1000,
        "source": "direct",
        "device": "desktop",
        "user_agent": request.headers.get("User-Agent", ""),
        "email": form.address[0],
        "email_key": form.address[1],
    }
    return SignedUp(**told)


def _onward() -> ResponseReturnValue:
    return "", 303, {"Location": "/thanks"}


_engine = connect(DATABASE, 8) if DATABASE else sa.create_engine("sqlite://")
