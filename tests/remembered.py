"""What all apps of a run share, because it follows from our code alone and is slow to make."""

import os
import shutil
from copy import copy
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Map, Rule, RuleFactory

PARTS = attrgetter(
    *("rule", "endpoint", "subdomain", "host", "build_only", "alias", "websocket", "redirect_to"),
    *("strict_slashes", "merge_slashes", "provide_automatic_options"),
)
_maps: dict[object, Map] = {}


class SharedMap(Map):
    """The addresses of an app, put in order once for all apps that have the same."""

    def __init__(self, *args: Any, **parts: Any) -> None:
        super().__init__(*args, **parts)
        self._own: list[Rule] = []

    def add(self, rulefactory: RuleFactory) -> None:
        """Note a rule; the next lookup finds it."""
        self._own += rulefactory.get_rules(self)
        self._remap = True

    def update(self) -> None:
        """Take what was made of the same rules before, or make it."""
        if not self._remap:
            return
        key = (self.host_matching, *self.converters.items(), *map(_parts_of, self._own))
        if key not in _maps:
            made = Map(host_matching=self.host_matching)
            made.converters = self.converters.copy()
            for rule in self._own:
                # A rule can't be bound to a second map.
                mine = copy(rule)
                mine.map = None  # type: ignore[assignment]
                made.add(mine)
            made.update()
            _maps[key] = made
        self._matcher = _maps[key]._matcher
        self._rules_by_endpoint = _maps[key]._rules_by_endpoint
        self._remap = False


def _parts_of(rule: Rule) -> object:
    """All by which one rule differs from another."""
    return (*PARTS(rule), frozenset(rule.methods or ()), *(rule.defaults or {}).items())


def remember_addresses() -> None:
    """Let werkzeug compile and order the addresses of all apps once: 65 ms of each app's cost."""
    Flask.url_map_class = SharedMap


class Statements(dict[object, Any]):
    """The SQL of our statements, by database. SQLAlchemy keeps it apart by engine, too."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_without_engine(*key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(_without_engine(*key), compiled)


def _without_engine(dialect: sa.Dialect, *rest: object) -> tuple[object, ...]:
    return dialect.name, *rest


STATEMENTS = Statements()


def keep_files_in_memory() -> None:
    """Put the folders of tests where SQLite does not wait for a disk, if there is such a place.

    Programs must be allowed to run there, and a gigabyte must be free.
    """
    memory = "/dev/shm"
    if not os.access(memory, os.W_OK) or os.statvfs(memory).f_flag & os.ST_NOEXEC:
        return
    if shutil.disk_usage(memory).free > 2**30:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)
