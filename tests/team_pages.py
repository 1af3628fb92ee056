"""The addresses of everything that a member of a team may open, made from the routes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

PUBLIC = ("", "public")


def team_pages(app: Flask, values: Mapping[str, Sequence[Any]]) -> dict[str, list[str]]:
    """Return them by endpoint, for all these values of the routes' arguments."""
    routes = app.url_map.bind("")
    found: defaultdict[str, list[str]] = defaultdict(list)
    for rule in app.url_map.iter_rules():
        if is_for_a_team(app, rule):
            for parts in given(rule, values):
                found[rule.endpoint].append(
                    routes.build(rule.endpoint, dict(rule.defaults or {}) | parts)
                )
    return dict(found)


def is_for_a_team(app: Flask, rule: Rule) -> bool:
    """Whether a GET of this route shows members of the team, and nobody else, something."""
    view = app.view_functions[rule.endpoint]
    permission = getattr(view, "permission", "")
    return (
        "GET" in (rule.methods or ())
        and not hasattr(view, "form_page")
        and permission not in PUBLIC
        and "token" not in rule.arguments
        # Programs have addresses of their own, and no cookie opens them.
        and not rule.rule.startswith("/api/")
    )


def given(rule: Rule, values: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """Yield every choice of these values for the arguments of a route."""
    names = sorted(rule.arguments - set(rule.defaults or ()))
    for chosen in product(*(values[name] for name in names)):
        yield dict(zip(names, chosen, strict=True))
