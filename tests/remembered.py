"""What all apps of a run share: it follows from our code alone and is dear to make anew."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule
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
_compile = Rule.compile
_compiled: dict[object, Mapping[str, Any]] = {}
_add_files = WhiteNoise.add_files
_files: dict[object, Mapping[str, Any]] = {}


def _remembered_compile(rule: Rule) -> None:
    """Give the rule what werkzeug makes of its text: patterns, and functions that write addresses.

    The map counts only by its converters: none of ours asks it for anything.
    """
    defaults = (rule.defaults or {}).items()
    where = (rule.subdomain, rule.host, rule.map.host_matching, rule.merge_slashes)
    key = (rule.rule, *where, *defaults, *rule.map.converters.values())
    if key not in _compiled:
        _compile(rule)
        made = {name: getattr(rule, name) for name in ("_parts", "_trace", "_converters")}
        builders = {name: getattr(rule, name).__func__ for name in ("_build", "_build_unknown")}
        _compiled[key] = {**made, **builders, "arguments": frozenset(rule.arguments)}
    made = _compiled[key]
    rule._parts, rule._trace = made["_parts"], made["_trace"]
    rule._converters, rule.arguments = made["_converters"], set(made["arguments"])
    rule._build = made["_build"].__get__(rule, None)
    rule._build_unknown = made["_build_unknown"].__get__(rule, None)


def remember_addresses() -> None:
    """Let werkzeug compile the addresses of all apps once; it is most of what an app costs."""
    Rule.compile = _remembered_compile  # type: ignore[method-assign]


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
