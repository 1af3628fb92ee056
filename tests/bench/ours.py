"""What a web process calls as ``wbtest serve`` makes it, for granian to call."""

import os
from wsgiref.types import WSGIApplication

from wbtest.cli.serve import make_web_app
from wbtest.cli.worker import SharedApp
from wbtest.config import from_environment
from wbtest.extensions import utc_now

TARGET = "tests.bench.ours:web"


def web() -> WSGIApplication:
    """Return our app for the instance that the environment names."""
    return make_web_app(SharedApp(from_environment(), utc_now), os.getppid())
