"""Our web process as ``wbtest serve`` makes it, in granian like the floors."""

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from wsgiref.types import WSGIApplication

from tests.service.instance import Instance
from tests.service.programs import Program, granian
from wbtest.cli.serve import make_web_app
from wbtest.cli.worker import SharedApp
from wbtest.config import from_environment
from wbtest.extensions import utc_now


def web() -> WSGIApplication:
    """Return our app for the instance that the environment names; granian calls it."""
    return make_web_app(SharedApp(from_environment(), utc_now), os.getppid())


def served(
    instance: Instance, *, workers: int = 1, prefix: Sequence[str] = ()
) -> AbstractContextManager[Program]:
    """Let granian serve an instance while the block runs."""
    return granian(
        "tests.bench.ours:web",
        instance.environ,
        port=instance.port,
        workers=workers,
        prefix=prefix,
        is_factory=True,
    )
