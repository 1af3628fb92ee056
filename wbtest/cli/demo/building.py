"""Scenes of building: what will be built, held against what the customer was promised."""

from collections.abc import Iterable
from typing import Any

from wbtest.cli.demo.cast import told
from wbtest.cli.demo.stage import APPROVER, AUTHOR, Stage
from wbtest.results.yardstick import items
from wbtest.results.yardstick.items import Typed
from wbtest.results.yardstick.promises import Sentence, key_for, sentences_of
from wbtest.results.yardstick.scope import find_scope, items_of


def list_scope(stage: Stage, name: str) -> None:
    """List what will be built for a release, and the sentences that each thing serves."""
    release = stage.release(name)
    scope = find_scope(release)
    assert scope is not None, "what was tested was approved"
    sentences = sentences_of(scope.document)
    for said in told(f"{name}_scope")["items"]:
        typed = Typed(said["title"], said["note"], said["state"], keys_of(said, sentences))
        items.add_item(release, stage.person(AUTHOR), typed)
        stage.later(minutes=4)


def keys_of(said: dict[str, Any], sentences: Iterable[Sentence]) -> list[str]:
    """The keys of the sentences that an item of the story serves; it knows how they begin."""
    beginnings = tuple(said["serves"])
    return [each.key for each in sentences if each.words.startswith(beginnings)]


def change_scope(stage: Stage, name: str, number: int) -> None:
    """Make one of the story's changes to the list."""
    said: dict[str, Any] = told(f"{name}_scope")["changes"][number]
    row = next(each for each in items_of(stage.release(name)) if each.title == said["title"])
    serves = [key_for(part, words) for part, words in row.serves]
    typed = Typed(row.title, row.note, said["state"], serves)
    items.change_item(row, stage.person(APPROVER), typed, row.version)
