"""What all apps of a run share: it follows from our code alone and is dear to make anew."""

import os
import shutil
from collections.abc import Mapping
from copy import copy
from operator import attrgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Map, Rule, RuleFactory
from whitenoise import WhiteNoise


class CompiledTemplates(BytecodeCache):
    """What Jinja made of each template."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = CompiledTemplates()
PARTS = attrgetter(
    *("rule", "endpoint", "subdomain", "host", "build_only", "alias", "websocket", "redirect_to"),
    *("strict_slashes", "merge_slashes", "provide_automatic_options"),
)
_maps: dict[object, Map] = {}
_add_files = WhiteNoise.add_files
_files: dict[object, Mapping[str, Any]] = {}


class SharedMap(Map):
    """The addresses of an app, put in order once for all apps that have the same."""

    def __init__(self, *args: Any, **parts: Any) -> None:
        super().__init__(*args, **parts)
        self._own: list[Rule] = []

    def add(self, rulefactory: RuleFactory) -> None:
        """Note a rule; whoever asks next finds it."""
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
                # A rule is bound to one map for ever.
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
    """Let werkzeug compile and order the addresses of all apps once; it is most of their cost."""
    Flask.url_map_class = SharedMap


def _remembered_files(server: WhiteNoise, root: Path, prefix: str) -> None:
    """Give the server its files, with the headers that this app adds to each."""
    headers: dict[str, str] = {}
    server.add_headers_function(headers, "", "")
    key = (root, prefix, *headers.items())
    if key not in _files:
        _add_files(server, root, prefix)
        _files[key] = server.files
    server.files = dict(_files[key])


def remember_static_files() -> None:
    """Read the static files for the first app of a run, not for each."""
    WhiteNoise.add_files = _remembered_files


class Statements(dict[object, Any]):
    """The SQL of our statements, by database. SQLAlchemy keeps it apart by engine too."""

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
