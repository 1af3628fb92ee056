"""The steps after the address, the same in the owner's funnel, in CSV and in JSON."""

import csv
import io
import re

from flask import Flask

from tests.audience.larder import Larder, Visitor, signups, start_page, words_in
from tests.audience.test_steps import CALL, answer, fields_in, next_url
from tests.conftest import Browser
from tests.factories import log_in, make_person


def walk_the_ladder(app: Flask) -> Larder:
    """Three sign up, two of them answer, one of these asks for a call."""
    larder = start_page(options=CALL)
    for number in range(3):
        mia = Visitor(app)
        page = mia.get(next_url(mia.sign_up(mia.get(), f"{number}@x.io")))
        if number:
            call = mia.get(next_url(answer(mia, page, "I do")))
            said = "yes" if number == 1 else "no"
            mia.post("/p/larder/agree", fields_in(call) | {"agree": said})
    assert len(signups(app)) == 3
    return larder


def test_each_step_is_counted_on_its_own_everywhere(app: Flask, client: Browser) -> None:
    larder = walk_the_ladder(app)
    log_in(client, larder.approver)
    url = f"/experiments/{larder.experiment.id}/results"
    page = client.get(url).text
    table = page[page.index("From served to the last step") :]
    [day] = csv.DictReader(io.StringIO(client.get(f"{url}.csv").text))
    [variant] = client.get(f"{url}.json").get_json()["variants"]

    rows = dict(re.findall(r'<th scope="row">([^<]+)</th>\s*<td class="n"[^>]*>(\d+)<', table))
    assert (rows["Addresses"], rows["Answered"], rows["Yes to a call"]) == ("3", "2", "1")
    assert (day["signups"], day["answered"], day["call"]) == ("3", "2", "1")
    assert (variant["answered"], variant["call"]) == (2, 1)


def test_owners_read_the_answers(app: Flask, client: Browser) -> None:
    larder = walk_the_ladder(app)
    log_in(client, make_person("owner@x.example", "owner"))
    url = f"/experiments/{larder.experiment.id}/signups"
    words = words_in(client.get(url))
    rows = list(csv.DictReader(io.StringIO(client.get(f"{url}.csv").text)))

    assert "0 of 3 confirmed" in words
    assert {row["Who cooks?"] for row in rows} == {"", "I do"}
