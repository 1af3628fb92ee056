"""What is built for a release, held against what its approved text promises."""

from typing import Literal

import msgspec

from wbtest.api.release_shapes import Given
from wbtest.results.yardstick import items as verbs
from wbtest.results.yardstick.items import NotApproved, Typed
from wbtest.results.yardstick.measure import Measured
from wbtest.results.yardstick.models import ScopeItem
from wbtest.results.yardstick.promises import Sentence
from wbtest.results.yardstick.scope import find_scope
from wbtest.team import access
from wbtest.writing.models import Release

State = Literal["planned", "doing", "done", "dropped"]


class SentenceShown(msgspec.Struct):
    """A sentence of the approved text that something built may serve."""

    key: str
    part: str
    words: str
    is_promise: bool


class ItemShown(msgspec.Struct, kw_only=True):
    """Something to build, and the keys of the sentences that it serves; `gone` has other words."""

    id: int
    title: str
    note: str
    state: State
    place: int
    version: int
    serves: list[str]
    gone: list[SentenceShown]


class ScopeShown(msgspec.Struct, kw_only=True):
    """The list beside revision `revision`; `gaps` are promises that nothing serves."""

    revision: int
    says: str
    items: list[ItemShown]
    gaps: list[SentenceShown]
    sentences: list[SentenceShown]


class NewItem(Given, kw_only=True):
    """`serves` are keys of sentences."""

    title: str
    note: str = ""
    state: State = "planned"
    serves: list[str] = msgspec.field(default_factory=list)


class ItemChange(NewItem, kw_only=True):
    """All of an item; `version` is the one that you read."""

    version: int


class Move(Given, kw_only=True):
    """`place` is the one that you read: from another it does not move."""

    way: Literal["up", "down"]
    place: int


def get_scope(release_id: int) -> ScopeShown:
    """What will be built, what of it serves nothing, and which promise has nothing."""
    return _shown(access.get(Release, release_id, "read"))


def add_scope_item(release_id: int, body: NewItem) -> ScopeShown:
    """Put something at the end of the list."""
    release = access.get(Release, release_id, "edit")
    verbs.add_item(release, access.person(), _typed(body))
    return _shown(release)


def change_scope_item(item_id: int, body: ItemChange) -> ScopeShown:
    """Replace what an item says; it is noted among the changes."""
    item = access.get(ScopeItem, item_id, "edit")
    verbs.change_item(item, access.person(), _typed(body), body.version)
    return _shown(item.release)


def move_scope_item(item_id: int, body: Move) -> ScopeShown:
    """Let an item change places with its neighbour."""
    item = access.get(ScopeItem, item_id, "edit")
    verbs.move_item(item, access.person(), -1 if body.way == "up" else 1, body.place)
    return _shown(item.release)


def _typed(body: NewItem) -> Typed:
    return Typed(body.title, body.note, body.state, body.serves)


def _shown(release: Release) -> ScopeShown:
    scope = find_scope(release)
    if scope is None:
        raise NotApproved("No text of this release is approved, so there is nothing to measure by.")
    return ScopeShown(
        revision=scope.revision.number,
        says=scope.sentence,
        items=[_item(each) for each in scope.measure.items],
        gaps=_sentences(scope.measure.gaps),
        sentences=_sentences(scope.sentences),
    )


def _item(measured: Measured) -> ItemShown:
    item = measured.item
    return ItemShown(
        id=item.id,
        title=item.title,
        note=item.note,
        state=item.state,  # type: ignore[arg-type]  # the table allows no other
        place=item.position,
        version=item.version,
        serves=[each.key for each in measured.serves],
        gone=_sentences(measured.gone),
    )


def _sentences(found: tuple[Sentence, ...]) -> list[SentenceShown]:
    return [SentenceShown(each.key, each.part, each.words, each.is_promise) for each in found]
