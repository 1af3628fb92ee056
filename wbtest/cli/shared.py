"""The app of `wbtest serve`, made once for all of its processes."""

from flask import Flask

from wbtest import create_app
from wbtest.config import Settings
from wbtest.extensions import Now


class SharedApp:
    """``app`` is made here, and a fork finds it made: each page of memory is there once.

    Nothing may be open in it when a process is forked. One that is not a fork is handed the
    settings and the clock, and makes its own; so ``now`` must be picklable.
    """

    def __init__(self, settings: Settings, now: Now) -> None:
        self._parts = settings, now
        self.app: Flask = create_app(settings, now)
        # Each process would do it anew.
        self.app.url_map.update()

    def __reduce__(self) -> tuple[type["SharedApp"], tuple[Settings, Now]]:
        return SharedApp, self._parts
