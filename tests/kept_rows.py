"""What makers wrote is put back where it would only be made again: in a tenth of the time.

A maker is known by what it is given, by the clock, by the settings and by every row that stands in
the database. So whether its rows are made or put back makes no difference but for random keys,
which are those of the first time. In another thread than the test's own they are always made: what
two do at once is what such a test is about.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from threading import get_ident
from typing import Any, ParamSpec, Protocol, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app, has_app_context
from sqlalchemy.orm import make_transient_to_detached

from wbtest.extensions import Base, clock, db

Parts = ParamSpec("Parts")
Made = TypeVar("Made")
PLAIN = (str, int, float, bool, bytes, date, type(None))
# A fifth of a megabyte each on SQLite.
MOST_KEPT = 400


class Rows(Protocol):
    """All rows of the database of a test."""

    def digest(self) -> bytes:
        """Tell them from all others."""

    def read(self) -> Any:
        """Return what ``write`` takes."""

    def write(self, kept: Any) -> None:
        """Put those rows in the place of these."""


class Unknown(Exception):
    """A value by which a maker cannot be known, or that cannot be found again."""


_kept: OrderedDict[Hashable, tuple[Any, Any, datetime]] = OrderedDict()


def remember_rows(app: Flask, rows: Rows) -> None:
    """Let the makers of this app's tests put back what they wrote before."""
    app.extensions["tests.rows"], app.extensions["tests.thread"] = rows, get_ident()


def kept(make: Callable[Parts, Made]) -> Callable[Parts, Made]:
    """A maker of rows that writes nothing else, and returns rows, plain values or a dataclass.

    It may turn the clock. What it makes with others of its kind is put back as one.
    """

    @wraps(make)
    def put_back_or_make(*args: Parts.args, **parts: Parts.kwargs) -> Made:
        key = _key(make, args, parts)
        if key in _kept:
            _kept.move_to_end(key)
            return _put_back(*_kept[key])
        made = make(*args, **parts)
        if key is not None:
            _keep(key, made)
        return made

    return put_back_or_make


def _key(make: Callable[..., Any], args: object, parts: object) -> Hashable:
    """What the rows follow from; None where they cannot be kept."""
    session = db.session
    if not has_app_context() or "tests.rows" not in current_app.extensions:
        return None
    if current_app.extensions["tests.thread"] != get_ident():
        return None
    if session.info.get("writing") or session.new or session.dirty or session.deleted:
        return None
    # A visit that waits to be stored would come in beside what is made, and be kept with it, so
    # that another test would find somebody there who never came.
    current_app.extensions["wbtest.recorder"].flush()
    settings = replace(current_app.extensions["wbtest.settings"], instance=Path(), database_url="")
    try:
        given = _named((args, parts))
    except Unknown:
        return None
    rows: Rows = current_app.extensions["tests.rows"]
    return make.__module__, make.__qualname__, given, settings, clock.now(), rows.digest()


def _keep(key: Hashable, made: object) -> None:
    rows: Rows = current_app.extensions["tests.rows"]
    try:
        _kept[key] = rows.read(), _named(made), clock.now()
    except Unknown:
        return
    if len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)


def _put_back(rows: Any, made: Any, time: datetime) -> Any:
    db.session.rollback()
    db.session.expire_all()
    current_app.extensions["tests.rows"].write(rows)
    if clock.now() != time:
        current_app.extensions["wbtest.now"].time = time
    return _found(made)


def _named(value: Any) -> Any:
    """The value with names in the place of rows. Equal names are of equal values."""
    if value is current_app.extensions["wbtest.now"]:
        return "clock", None, None
    if isinstance(value, Base):
        state = sa.inspect(value)
        if not state.persistent:
            raise Unknown
        return "row", type(value), state.identity
    if is_dataclass(value) and not isinstance(value, type):
        parts = tuple(_named(getattr(value, field.name)) for field in fields(value))
        return "dataclass", type(value), parts
    if isinstance(value, tuple | list):
        return "list", type(value), tuple(map(_named, value))
    if isinstance(value, Mapping):
        return "mapping", type(value), tuple((name, _named(part)) for name, part in value.items())
    if not isinstance(value, PLAIN):
        raise Unknown
    return "plain", type(value), value


def _found(name: Any) -> Any:
    """What the name is of; rows are read when somebody looks at them, as after a commit."""
    kind, made_as, what = name
    if kind == "clock":
        return current_app.extensions["wbtest.now"]
    if kind == "row":
        return _row(made_as, what)
    if kind == "dataclass":
        return made_as(*map(_found, what))
    if kind == "list":
        # One with names for its parts is made by them.
        return getattr(made_as, "_make", made_as)(map(_found, what))
    if kind == "mapping":
        return made_as({part: _found(value) for part, value in what})
    return what


def _row(model: type[Base], identity: tuple[Any, ...]) -> Base:
    mapper = sa.inspect(model)
    known = db.session.identity_map.get(mapper.identity_key_from_primary_key(identity))
    if known is not None:
        return known
    row: Base = mapper.class_manager.new_instance()
    for column, value in zip(mapper.primary_key, identity, strict=True):
        sa.orm.attributes.set_committed_value(row, mapper.get_property_by_column(column).key, value)
    make_transient_to_detached(row)
    db.session.add(row)
    return row
