"""Rules of addresses, as the app keeps them."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

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
