"""The description of the API is valid, complete, and what the API does."""

import re
from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.conftest import Browser
from wbtest.api.routes import BEGINS, ROUTES, Route
from wbtest.team import access
from wbtest.team.tokens import SCOPES


@pytest.fixture
def document(client: Browser) -> Any:
    return client.get("/api/v1/openapi.json").json


def test_the_description_is_valid_openapi(document: Any) -> None:
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()


def test_every_address_is_described_with_its_scope(document: Any) -> None:
    described = {
        operation["operationId"]: operation["security"][0]["bearer"]
        for methods in document["paths"].values()
        for operation in methods.values()
    }

    assert described == {route.name: [route.scope] for route in ROUTES}


def unknown_to_scopes(routes: Iterable[Route]) -> set[str]:
    """Operations that ask for no scope that a token can have, or for no role."""
    return {
        route.name
        for route in routes
        if route.scope not in SCOPES or route.permission not in access.PERMISSIONS
    }


def test_every_operation_asks_for_a_scope_and_a_role() -> None:
    assert unknown_to_scopes(ROUTES) == set()


@pytest.mark.parametrize(("permission", "scope"), [("read", ""), ("read", "reed"), ("", "read")])
def test_an_operation_without_a_scope_or_role_would_be_found(permission: str, scope: str) -> None:
    def list_shelves() -> None: ...

    forgotten = Route("GET", "/shelves", list_shelves, permission, scope)

    assert unknown_to_scopes([*ROUTES, forgotten]) == {"list_shelves"}


def registered_beside(app: Flask) -> set[str]:
    """Views below the address of the API that are none of its operations."""
    below = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith(BEGINS)}
    return below - {f"api.{route.name}" for route in ROUTES}


def test_what_is_described_is_what_is_registered(app: Flask) -> None:
    assert {f"api.{route.name}" for route in ROUTES} <= app.view_functions.keys()
    assert registered_beside(app) == {"api.openapi"}


def test_an_address_beside_the_operations_would_be_found(app: Flask) -> None:
    app.add_url_rule(f"{BEGINS}/shelves", "shelves", access.requires("read")(lambda: "hello"))

    assert registered_beside(app) == {"api.openapi", "shelves"}


def test_an_address_allows_what_is_described_and_nothing_else(
    client: Browser, document: Any
) -> None:
    described, allowed = {}, {}
    for path, methods in document["paths"].items():
        answer = client.options("/api/v1" + re.sub(r"\{\w+\}", "1", path))
        allowed[path] = {*answer.headers["Allow"].split(", ")} - {"HEAD", "OPTIONS"}
        described[path] = {method.upper() for method in methods}

    assert allowed == described


def test_the_page_shows_every_address_and_asks_nobody_else(client: Browser, document: Any) -> None:
    page = client.get("/api/docs")

    assert page.status_code == 200
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in page.text
    assert "https://" not in page.text.split("<main")[1]
