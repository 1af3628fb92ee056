"""Something to build is put on the list, changed or moved; who did what when is noted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wbtest.extensions import clock
from wbtest.results.yardstick import in_words
from wbtest.results.yardstick.measure import STATES, Values
from wbtest.results.yardstick.models import ScopeChange, ScopeItem
from wbtest.results.yardstick.promises import key_for
from wbtest.results.yardstick.scope import Scope, find_scope, items_of
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.models import Person
from wbtest.writing.evidence import key_of
from wbtest.writing.models import Release
from wbtest.writing.typed import kept_text, needed_text
from wbtest.writing.wording import on_one_line

LONGEST_TITLE = 200
LONGEST_NOTE = 4_000
# More than a team will look through; a flood must not fill the database.
MOST_ITEMS = 200
MEANWHILE = (
    "Somebody else changed this after you opened it. What you typed still stands below. Look at "
    "theirs on the list, then save again to put yours in its place."
)


class NotApproved(Refused):
    """Without an approved text there is nothing to measure by."""


class TooMany(Refused):
    """The list is full."""


class Overtaken(Invalid):
    """A change of something that is not what its author was shown."""


class Typed(NamedTuple):
    """What somebody typed of an item; ``serves`` are keys of sentences."""

    title: str
    note: str
    state: str
    serves: Sequence[str]


def add_item(release: Release, person: Person, typed: Typed) -> ScopeItem:
    """Put something at the end of the list. The same once more, as by a double click, is one.

    Raises NotApproved, TooMany, and Invalid for what cannot be used or has the name of another.
    """
    with writing() as session:
        # The second of two clicks waits here for the first.
        hold(release)
        scope = _demand_scope(release)
        values = _checked(typed, scope, ())
        items = items_of(release)
        if twin := next((each for each in items if values_of(each) == values), None):
            return twin
        if same := _find_same_name(items, values.title):
            raise Invalid("title", f"“{same.title}” is on the list already. Name this differently.")
        if len(items) >= MOST_ITEMS:
            raise TooMany(f"The list has {MOST_ITEMS} items, which are the most.")
        item = ScopeItem(
            workspace_id=release.workspace_id,
            release_id=release.id,
            position=max((each.position for each in items), default=0) + 1,
            version=1,
        )
        _put(item, values)
        session.add(item)
        session.flush()
        _note(item, person, in_words.added(values))
    return item


def change_item(item: ScopeItem, person: Person, typed: Typed, read: int) -> ScopeItem:
    """Store what an item says now; ``read`` is the version that was shown.

    Saying the same once more changes nothing. Raises as ``add_item`` does, and Overtaken when
    somebody else changed it meanwhile.
    """
    with writing():
        hold(item.release)
        hold(item)
        scope, before = _demand_scope(item.release), values_of(item)
        values = _checked(typed, scope, before.serves)
        what = in_words.changed(before, values)
        if not what:
            return item
        if read != item.version:
            raise Overtaken("title", MEANWHILE)
        others = [each for each in items_of(item.release) if each is not item]
        if values.state != "dropped" and (same := _find_same_name(others, values.title)):
            raise Invalid("title", f"“{same.title}” is on the list already. Name this differently.")
        _put(item, values)
        item.version += 1
        _note(item, person, what)
    return item


def move_item(item: ScopeItem, person: Person, by: int, read: int) -> ScopeItem:
    """Let an item change places with the one before (-1) or after it (1).

    ``read`` is the place it had where the button was: if it has another one by now, it stays.
    """
    with writing():
        hold(item.release)
        hold(item)
        items = items_of(item.release)
        place = items.index(item)
        if item.position != read or by not in (-1, 1) or not 0 <= place + by < len(items):
            return item
        other = items[place + by]
        item.position, other.position = other.position, item.position
        _note(item, person, in_words.moved(item.title, place + by + 1))
    return item


def values_of(item: ScopeItem) -> Values:
    """What an item says now."""
    return Values(
        item.title, item.note, item.state, tuple((part, words) for part, words in item.serves)
    )


def _demand_scope(release: Release) -> Scope:
    scope = find_scope(release)
    if scope is None:
        raise NotApproved("No text of this release is approved, so nothing can be measured by it.")
    return scope


def _checked(typed: Typed, scope: Scope, served: Iterable[tuple[str, str]]) -> Values:
    """What was typed as it is kept. What the item serves already may stay, even when it is gone."""
    title = on_one_line(typed.title)
    title = needed_text("title", title, LONGEST_TITLE, "Name what will be built.")
    note = kept_text("note", typed.note, LONGEST_NOTE)
    if typed.state not in STATES:
        raise Invalid("state", "Choose planned, doing, done or dropped.")
    known = {key_for(part, words): (part, words) for part, words in served}
    known = {each.key: (each.part, each.words) for each in scope.sentences} | known
    if not known.keys() >= set(typed.serves):
        raise Invalid("serves", "Another text was approved meanwhile. Choose its sentences anew.")
    return Values(
        title, note, typed.state, tuple(known[key] for key in known if key in typed.serves)
    )


def _put(item: ScopeItem, values: Values) -> None:
    item.title, item.note, item.state = values.title, values.note, values.state
    item.serves = [list(pair) for pair in values.serves]


def _find_same_name(items: Iterable[ScopeItem], title: str) -> ScopeItem | None:
    """The item of this name that is still to be built, or None."""
    building = (each for each in items if each.state != "dropped")
    return next((each for each in building if key_of(each.title) == key_of(title)), None)


def _note(item: ScopeItem, person: Person, what: str) -> None:
    with writing() as session:
        session.add(
            ScopeChange(
                workspace_id=item.workspace_id,
                release_id=item.release_id,
                item_id=item.id,
                what=what,
                person_id=person.id,
                at=clock.now(),
            )
        )
