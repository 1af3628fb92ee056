"""What is built, held against the approved text: what serves nothing, what nothing serves. Pure."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

from msgspec import Struct

from wbtest.results.yardstick.promises import NAMES, Sentence, key_for
from wbtest.writing.evidence import key_of

State = Literal["planned", "doing", "done", "dropped"]
STATES: tuple[State, ...] = get_args(State)


class Values(Struct, frozen=True):
    """What is said of something that will be built; ``serves`` are pairs of part and words."""

    title: str
    note: str = ""
    state: str = "planned"
    serves: tuple[tuple[str, str], ...] = ()


class Item(Values, frozen=True):
    """The same with its number, its place in the list, and how often it was written."""

    id: int = 0
    position: int = 1
    version: int = 1


class Measured(NamedTuple):
    """An item with the sentences that it serves, and those that it served and that are gone."""

    item: Item
    serves: tuple[Sentence, ...]
    gone: tuple[Sentence, ...]

    @property
    def is_dropped(self) -> bool:
        """Whether it will not be built after all."""
        return self.item.state == "dropped"

    @property
    def is_drift(self) -> bool:
        """Whether it will be built and serves nothing that the customer was promised."""
        return not self.serves and not self.is_dropped


class Measure(NamedTuple):
    """All items, and the promises that none of them serves: the gaps."""

    items: tuple[Measured, ...]
    gaps: tuple[Sentence, ...]

    @property
    def building(self) -> int:
        """How many items are not dropped."""
        return sum(not each.is_dropped for each in self.items)

    @property
    def drift(self) -> int:
        """How many of those serve nothing."""
        return sum(each.is_drift for each in self.items)


def measure(items: Sequence[Item], sentences: Sequence[Sentence]) -> Measure:
    """Hold the items against the sentences of the approved text.

    A sentence that moved to another part is still there; one with other words is gone. A dropped
    item serves nobody.
    """
    measured = tuple(_measured(item, sentences) for item in items)
    served = {each.key for one in measured if not one.is_dropped for each in one.serves}
    gaps = tuple(each for each in sentences if each.is_promise and each.key not in served)
    return Measure(measured, gaps)


def _measured(item: Item, sentences: Sequence[Sentence]) -> Measured:
    by_key = {each.key: each for each in sentences}
    by_words = {key_of(each.words): each for each in reversed(sentences)}
    standing: dict[str, Sentence] = {}
    gone = []
    for part, words in item.serves:
        found = by_key.get(key_for(part, words)) or by_words.get(key_of(words))
        if found:
            standing[found.key] = found
        else:
            gone.append(Sentence(part if part in NAMES else "external", words))
    return Measured(item, tuple(standing.values()), tuple(gone))
