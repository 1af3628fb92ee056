"""A select of models that every page asks: through the driver, as ``question.Question`` is.

What comes back are the session's own objects, as if it had loaded them: one that it holds already
stays as it is, what was forgotten of it is filled in, and relationships are read when asked for.
"""

from functools import cache, cached_property
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.orm.attributes import instance_state, set_committed_value

from wbtest.extensions import db
from wbtest.question import Question

# How relationships are read that nobody asked for: those would be missing here.
# False is SQLAlchemy's other word for the first.
EAGER = {"joined", False, "subquery", "selectin", "immediate"}
Model = TypeVar("Model")


class Rows:
    """A select of models, and of plain columns beside them; its values are ``bindparam``."""

    def __init__(self, query: sa.Select[*tuple[Any, ...]]) -> None:
        self.query = query

    def ask(self, **given: Any) -> list[tuple[Any, ...]]:
        """Return all rows: an object for each model, None where a join found none of it."""
        question, parts = self._prepared
        session = db.session()
        # As the session does before it asks.
        if session.autoflush:
            session.flush()
        return [
            tuple([row[part] if isinstance(part, int) else part.of(row, session) for part in parts])
            for row in question.ask(**given)
        ]

    @cached_property
    def _prepared(self) -> tuple[Question, "list[_Part | int]"]:
        """Made late: it has SQLAlchemy tie all models together."""
        columns: list[Any] = []
        parts: list[_Part | int] = []
        for each in self.query.column_descriptions:
            asked = each["expr"]
            if isinstance(asked, type):
                mapper: Mapper[Any] = sa.inspect(asked)
                parts.append(_part_of(mapper, len(columns)))
                columns += [getattr(asked, name) for name in _names_of(mapper)]
            else:
                parts.append(len(columns))
                columns.append(asked)
        return Question(self.query.with_only_columns(*columns)), parts


class _Part(NamedTuple):
    """Where the columns of a model stand in a row, and those of its key."""

    mapper: Mapper[Any]
    names: tuple[str, ...]
    columns: slice
    key: tuple[int, ...]

    def of(self, row: Any, session: Session) -> Any:
        """Return the session's object of a row, or None."""
        key = tuple([row[place] for place in self.key])
        if None in key:
            return None
        name = self.mapper.identity_key_from_primary_key(key)
        found = session.identity_map.get(name)
        if found is None:
            found = self.mapper.class_manager.new_instance()
            state = instance_state(found)
            state.key, state.session_id = name, session.hash_key
            state.dict.update(zip(self.names, row[self.columns], strict=True))
            session.identity_map.add(state)
        elif unread := instance_state(found).unloaded.intersection(self.names):
            values = dict(zip(self.names, row[self.columns], strict=True))
            for each in unread:
                set_committed_value(found, each, values[each])
        return found


def get(model: type[Model], key: Any) -> Model | None:
    """Return the object of this key, as ``session.get`` does, or None."""
    mapper: Mapper[Model] = sa.inspect(model)
    held = db.session().identity_map.get(mapper.identity_key_from_primary_key((key,)))
    if held is not None or not _is_plain(mapper):
        return db.session.get(model, key)
    for [found] in _by_key(mapper).ask(key=key):
        return found  # type: ignore[no-any-return]
    return None


@cache
def _by_key(mapper: Mapper[Any]) -> Rows:
    return Rows(sa.select(mapper.class_).where(mapper.primary_key[0] == sa.bindparam("key")))


@cache
def _is_plain(mapper: Mapper[Any]) -> bool:
    """Whether its rows are all that the session would read, by a key of one column."""
    return (
        len(mapper.primary_key) == 1
        and mapper.polymorphic_on is None
        and not any(each.deferred for each in mapper.column_attrs)
        and not any(each.lazy in EAGER for each in mapper.relationships)
    )


def _names_of(mapper: Mapper[Any]) -> tuple[str, ...]:
    return tuple(each.key for each in mapper.column_attrs if not each.deferred)


def _part_of(mapper: Mapper[Any], start: int) -> _Part:
    names = _names_of(mapper)
    key = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
    return _Part(
        mapper,
        names,
        slice(start, start + len(names)),
        tuple(start + names.index(each) for each in key),
    )
