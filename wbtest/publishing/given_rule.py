"""A rule as somebody gives it, typed into a form or sent by a program, and as it is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from wbtest.publishing.conversions import act_named
from wbtest.publishing.crowds import Crowd
from wbtest.publishing.reckoning import Reckoning
from wbtest.publishing.rule import LONGEST_SOURCE, Hypothesis, NotARule
from wbtest.publishing.sources import source_name
from wbtest.writing.text_rules import on_one_line, seen, with_plain_breaks

CLAUSES = ("who", "does", "if_met", "if_not_met", "if_unclear")
RECKONED_FROM = ("customers_from", "reachable_from", "buy_from")


def kept_rule(
    values: Mapping[str, Any], reckoning: Reckoning | None = None, crowds: Iterable[Crowd] = ()
) -> Hypothesis:
    """Return the rule of these values, by the names of its fields.

    Clauses stand on one line, sources under the names by which visits are recorded; without a
    window it is the usual one of what counts. Raises NotARule for what cannot be sealed.
    """
    kept = dict(values)
    for name in CLAUSES:
        kept[name] = on_one_line(with_plain_breaks(kept[name])).strip()
    if kept["sources"] is not None:
        kept["sources"] = tuple(_as_recorded(name.strip()) for name in kept["sources"])
    usual = act_named(kept["conversion"]).hours
    kept["conversion_window_hours"] = kept["conversion_window_hours"] or usual
    named = tuple(replace(crowd, name=_on_one_line(crowd.name)) for crowd in crowds)
    return Hypothesis(**kept, reckoning=reckoning, crowds=named)


def kept_reckoning(values: Mapping[str, Any]) -> Reckoning:
    """Return the numbers behind a target, by the names of its fields, each source on one line.

    Raises NotARule for what cannot be.
    """
    kept = dict(values)
    for name in RECKONED_FROM:
        kept[name] = _on_one_line(kept[name])
    found = Reckoning(**kept)
    if fault := found.find_fault():
        raise NotARule(*fault)
    return found


def _on_one_line(text: str) -> str:
    return seen(on_one_line(with_plain_breaks(text)))


def _as_recorded(source: str) -> str:
    """The name under which visits from there are recorded; the rule would count nobody by others.

    One that is too long stays as it is typed, and the rule refuses it.
    """
    return source_name(source) if len(source) <= LONGEST_SOURCE else source
