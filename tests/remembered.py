"""What all apps of a run share: it follows from our code alone and is dear to make anew."""

import os
import shutil
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


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
_compile_builder = Rule._compile_builder
_builders: dict[object, Builder] = {}


def _remembered_builder(rule: Rule, append_unknown: bool = True) -> Builder:
    """The function that writes a rule's addresses, which werkzeug compiles from its parts."""
    if rule.defaults:
        return _compile_builder(rule, append_unknown)
    key = (rule.rule, tuple(rule._trace), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


def remember_addresses() -> None:
    """Let werkzeug compile the addresses of all apps once; it is most of what an app costs."""
    Rule._compile_builder = _remembered_builder  # type: ignore[method-assign]


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
