"""What an address says that leads nowhere is text in the answer; known ones are in the matrix."""

import re
from itertools import product
from urllib.parse import quote

from flask import Flask

from tests.api.conftest import program_of
from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.hostile.payloads import PAYLOADS, Texts
from tests.hostile.programs import faults_in_answer
from tests.hostile.sinks import faults_in_page, faults_in_text
from tests.team.places import make_place
from wbtest.api.openapi import document

NOWHERE = (
    *("/{}", "/nowhere/{}", "/p/{}", "/p/{}/privacy", "/releases/{}", "/experiments/1/{}"),
    *("/static/{}", "/static/css/{}.css", "/api/{}", "/api/v1/{}", "/review/{}", "/shared/{}/{}"),
    *("/login?next={}", "/reset?email={}", "/p/nothing?utm_source={}&preview={}", "/?{}={}"),
    *("/leave/{}", "/confirm/{}", "/mine/{}", "/invitation/{}", "/setup/{}", "/mails/stop/{}"),
)
IN_ADDRESSES = [each for each in PAYLOADS if each.kind in ("markup", "rich", "template")]


def test_an_address_that_leads_nowhere_is_told_as_text(client: Browser, team: Team) -> None:
    log_in(client, team.owner)

    faults = []
    for payload, address in product(IN_ADDRESSES, NOWHERE):
        answer = client.get(address.replace("{}", quote(payload.text, safe="")))
        check = faults_in_page if answer.mimetype == "text/html" else faults_in_text
        faults += [f"{answer.request.path}: {fault}" for fault in check(answer.text)]
        if answer.status_code >= 500:
            faults.append(f"{answer.request.path}: {answer.status_code}")

    assert faults == []


def places() -> list[tuple[str, str]]:
    """Each text in an address of the API: method and address with ``{}`` where it stands."""
    found = []
    for address, methods in document()["paths"].items():
        for method, told in methods.items():
            for part in told["parameters"]:
                shape = part["schema"].get("type")
                if part["in"] == "query":
                    found.append((method, f"{filled(address)}?{part['name']}={{}}"))
                elif part["in"] == "path" and shape == "string":
                    before, after = address.split(f"{{{part['name']}}}")
                    found.append((method, f"{filled(before)}{{}}{filled(after)}"))
    return found


def filled(address: str) -> str:
    return re.sub(r"{\w+}", "1", address)


def test_what_a_program_says_in_an_address_or_a_header_is_told_as_json(
    app: Flask, team: Team, now: HandClock
) -> None:
    make_place(team, now, "")
    program = program_of(app, team.owner)
    texts, faults = Texts(), []

    for method, address in places():
        text = texts.text(300)
        said = {"Idempotency_Key": ascii(text), "If_Match": ascii(text), "Accept": ascii(text)}
        for headers in ({}, said):
            path = address.replace("{}", quote(text, safe=""))
            answer = program.ask(method.upper(), path, **headers)
            faults += faults_in_answer(f"{method} {address}", answer)

    assert faults == []
    assert len(places()) > 20
