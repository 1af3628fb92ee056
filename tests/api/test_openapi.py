"""The description of the API is valid, complete, and what the API does."""

import re
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.conftest import Browser
from wbtest.api.routes import ROUTES


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


def test_what_is_described_is_what_is_registered(app: Flask) -> None:
    registered = {
        rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")
    }

    assert registered == {f"api.{route.name}" for route in ROUTES} | {"api.openapi"}


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
