"""What an address says that leads nowhere is text in the answer; known ones are in the matrix."""

from itertools import product
from urllib.parse import quote

from tests.conftest import Browser
from tests.factories import Team, log_in
from tests.hostile.payloads import PAYLOADS
from tests.hostile.sinks import faults_in_page, faults_in_text

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
