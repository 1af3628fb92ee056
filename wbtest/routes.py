"""Rules of addresses, as the app keeps them."""

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any

from flask import Flask
from werkzeug.routing import Map, Rule, RuleFactory

Build = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A rule that learns how its addresses are built when the first one is asked for.

    Two hundred rules, each learnt twice, were a tenth of the time to import the app; a process
    builds addresses by some of them. Should a later Werkzeug not ask here, it learns as it does.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Build:
        learn = super()._compile_builder
        # ``functools.cache`` would do the same, and takes as long to be made as all else here.
        learnt: list[Build] = []

        # Any part of an address may have the name of ours.
        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            if not learnt:
                learnt.append(learn(append_unknown))
            return learnt[0](rule, **values)

        return build


class LateMap(Map):
    """Addresses that are compiled and put in order when somebody first asks for one.

    Whoever makes the app for a command never asks, and it takes three times as long as the rest of
    making an app once more.
    """

    def __init__(self, *args: Any, **parts: Any) -> None:
        self._waiting: deque[Rule] = deque()
        self._adding = Lock()
        super().__init__(*args, **parts)

    def __repr__(self) -> str:
        # Werkzeug's own would update, and is asked while a rule is being refused.
        return f"<{type(self).__name__}, {len(self._waiting)} rules not looked at>"

    def add(self, rulefactory: RuleFactory) -> None:
        """Note rules; what is wrong with one of them is said by every ``update``."""
        self._waiting.extend(rulefactory.get_rules(self))

    def update(self) -> None:
        """Add what was noted; werkzeug calls this before it matches or builds an address."""
        if self._waiting:
            # Several may come first at once, and none shall miss a rule.
            with self._adding:
                while self._waiting:
                    self._add_first()
        super().update()

    def _add_first(self) -> None:
        """Add the rule that waits longest, or leave it as it was: the next one is told the same."""
        rule = self._waiting[0]
        is_new = rule.map is None
        try:
            super().add(rule)
        except BaseException:
            if is_new:
                rule.map = None  # type: ignore[assignment]
            raise
        self._waiting.popleft()


class Site(Flask):
    """An app whose addresses are looked at as late as can be."""

    url_map_class = LateMap
    url_rule_class = LateRule
