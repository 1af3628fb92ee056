"""Hostile texts from programs: in every field of every body that the API takes, one at a time."""

from contextlib import closing
from typing import Any

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.factories import Team
from tests.hostile.api_fields import Shapes
from tests.hostile.api_reasons import KEPT_FROM_ALL, ON_PAGES_ALONE, REFUSED
from tests.hostile.payloads import PAYLOADS
from tests.hostile.programs import Said, Speaker

pytestmark = pytest.mark.one_database


def came_of(speaker: Speaker, said: Said) -> tuple[str, list[str]]:
    """What came of a text in one word, and what a payload in it became."""
    faults = said.faults()
    if not said.is_taken:
        return "refused", faults
    if said.name in KEPT_FROM_ALL:
        return "kept from all", faults
    is_told = speaker.reads_back(said)
    is_read, made = speaker.read_on_pages(said)
    if not is_read:
        return "on no page", faults + made
    return ("told and shown" if is_told else "shown"), faults + made


def expected(name: str) -> str:
    for names, word in (
        (REFUSED, "refused"),
        (KEPT_FROM_ALL, "kept from all"),
        (ON_PAGES_ALONE, "shown"),
    ):
        if name in names:
            return word
    return "told and shown"


def test_what_a_program_says_comes_back_letter_by_letter_and_is_text_on_its_page(
    app: Flask, team: Team, now: HandClock
) -> None:
    found, faults, typed = {}, [], ""

    with closing(Speaker(app, team, now)) as speaker:
        for said in speaker.say_all():
            found[said.name], made = came_of(speaker, said)
            faults += made
            typed += said.text

    assert faults == []
    assert found == {name: expected(name) for name in found}
    assert found.keys() >= REFUSED | KEPT_FROM_ALL | ON_PAGES_ALONE
    assert [each.text for each in PAYLOADS if each.text not in typed] == []


def test_a_text_that_an_address_takes_from_now_on_is_found() -> None:
    body: dict[str, Any] = {
        "type": "object",
        "properties": {
            "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
            "kind": {"enum": ["a", "b"]},
        },
    }
    line = {"type": "object", "properties": {"note": {"type": "string"}}, "required": []}
    shapes = Shapes({"components": {"schemas": {"Line": line}}, "paths": {}})

    assert list(shapes.fields(body)) == [("lines", "[]", "note")]
    assert shapes.with_text(body, {}, ("lines", "[]", "note"), "x") == {"lines": [{"note": "x"}]}
