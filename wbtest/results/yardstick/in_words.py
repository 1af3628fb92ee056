"""The yardstick as sentences for people: what stands on top, and what a change is called. Pure."""

from collections.abc import Iterator

from wbtest.results.yardstick.measure import Measure, Values
from wbtest.writing.wording import joined


def sentence(measure: Measure) -> str:
    """How far the list is from what the customer was promised, with its counts."""
    gaps = f"{_counted(len(measure.gaps), 'promise')} {_have(len(measure.gaps))} no item"
    if not measure.building:
        return f"Nothing is on the list; {gaps}." if measure.gaps else "Nothing is on the list."
    end = f"; {gaps}." if measure.gaps else ", and every promise has an item."
    items = _counted(measure.building, "item")
    if not measure.drift:
        each = "The one item serves" if measure.building == 1 else f"All {items} serve"
        return f"{each} something the customer was promised{end}"
    verb = "serves" if measure.drift == 1 else "serve"
    return f"{measure.drift} of {items} {verb} nothing the customer was promised{end}"


def added(values: Values) -> str:
    """What is noted of a new item.

    >>> added(Values("loyalty points"))
    'added “loyalty points” (serves nothing)'
    """
    return f"added “{values.title}” ({_serves(values)})"


def moved(title: str, place: int) -> str:
    """What is noted of an item that was moved; places are counted from 1."""
    return f"moved “{title}” to place {place}"


def changed(before: Values, after: Values) -> str:
    """What is noted of a change, or '' when nothing changed.

    >>> changed(Values("Points"), Values("Points", state="dropped"))
    'dropped “Points”'
    """
    return joined(_steps(before, after))


def _steps(before: Values, after: Values) -> Iterator[str]:
    name = f"“{after.title}”"
    if before.title != after.title:
        yield f"renamed “{before.title}” to {name}"
    if before.state != after.state:
        yield f"dropped {name}" if after.state == "dropped" else f"set {name} to {after.state}"
    if before.note != after.note:
        yield f"wrote another note to {name}"
    if set(before.serves) != set(after.serves):
        yield f"linked {name} anew ({_serves(after)})"


def _serves(values: Values) -> str:
    count = len(values.serves)
    return f"serves {_counted(count, 'sentence')}" if count else "serves nothing"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
