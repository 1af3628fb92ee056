"""The owner's way with a list: look at it, bring it in, take it back; nothing by accident."""

import io
import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.audience.larder import Larder, signups, start_page, words_in
from tests.audience.lists import newest
from tests.conftest import Browser, HandClock
from tests.factories import log_in, make_person

ROWS = b"Adresse;Name\nada@x.io;Ada <b>B</b>\nno;Bea\ncid@x.io;Cid\n"


class Owner:
    """Somebody who brings a list in."""

    def __init__(self, client: Browser, larder: Larder) -> None:
        self.client, self.larder = client, larder
        self.url = f"/experiments/{larder.experiment.id}"
        log_in(client, make_person("owner@x.example", "owner", larder.workspace))

    def upload(self, content: bytes, name: str = "fair.csv") -> TestResponse:
        return self.client.send(f"{self.url}/signups", {"file": (io.BytesIO(content), name)})

    def upload_written_out(self, content: bytes) -> TestResponse:
        """Written out, so that a large one lies in no file of the test's."""
        page = self.client.get(f"{self.url}/signups").text
        [token] = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[:1]
        head = "Content-Disposition: form-data; name="
        parts = (
            f'{head}"csrf_token"\r\n\r\n{token}'.encode(),
            f'{head}"file"; filename="fair.csv"\r\n\r\n'.encode() + content,
        )
        body = b"".join(b"--cut\r\n" + part + b"\r\n" for part in parts) + b"--cut--\r\n"
        kind = "multipart/form-data; boundary=cut"
        return self.client.post(f"{self.url}/signups", data=body, content_type=kind)

    def send(self, *columns: str, **fields: str) -> TestResponse:
        return self.client.send(f"{self.url}/lists/1", {"column": list(columns), **fields})

    def bring(self, **fields: str) -> TestResponse:
        return self.send("email", "name", counted="email,name", bring="1", **fields)

    def words(self, path: str = "lists/1") -> str:
        return words_in(self.client.get(f"{self.url}/{path}"))


@pytest.fixture
def owner(app: Flask, client: Browser) -> Owner:
    return Owner(client, start_page())


def test_an_owner_walks_from_the_file_to_the_people_and_back(app: Flask, owner: Owner) -> None:
    assert owner.upload(ROWS).location.endswith("/lists/1")
    before = owner.words()
    assert owner.bring().status_code == 303
    done, listed = owner.words(), owner.words("signups")
    people = len(signups(app))
    owner.client.send(f"{owner.url}/lists/1/take-back")

    assert "2 people will be added. 1 e-mail cannot be right and is left out (row 3)." in before
    assert "Ada <b>B</b>" in before
    assert "2 people were added." in done
    assert "fair.csv" in listed
    assert "2 added" in listed
    assert (people, signups(app)) == (2, [])
    assert "2 people were taken out again." in owner.words()


def test_columns_that_were_changed_are_counted_before_anybody_comes(
    app: Flask, owner: Owner
) -> None:
    owner.upload(b"a,b\nada@x.io,bea@x.io\n")

    answer = owner.send("", "email", counted="email,", bring="1")

    assert answer.status_code == 303
    assert signups(app) == []
    assert "You changed the columns." in owner.words()
    assert newest(owner.larder.experiment).columns == [["a", ""], ["b", "email"]]


def test_who_says_that_they_agreed_says_how(app: Flask, owner: Owner) -> None:
    owner.upload(ROWS)

    refused = owner.bring(agreed="1", how=" ")
    assert (refused.status_code, signups(app)) == (422, [])
    assert "Say where and how they agreed" in words_in(refused)
    assert re.search(r'name="agreed"[^>]* checked', refused.text)
    owner.bring(agreed="1", how="At our fair.")

    assert newest(owner.larder.experiment).agreement == (
        "These people agreed that we write to them about Larder. At our fair."
    )


def test_of_a_list_that_was_taken_back_nobody_gets_a_mail(owner: Owner) -> None:
    owner.upload(ROWS)
    owner.bring(agreed="1", how="Ticked a box")
    before = owner.words()

    owner.client.send(f"{owner.url}/lists/1/take-back")

    after = owner.words()
    assert "Ticked a box.” So they get your mail with the decision." in before
    assert "Ticked a box.”" in after
    assert "So they get your mail" not in after


def test_two_columns_that_cannot_be_are_shown_as_they_were_chosen(owner: Owner) -> None:
    owner.upload(ROWS)

    refused = owner.send("email", "email", look="1")

    assert refused.status_code == 422
    assert "Two columns cannot both be “E-mail address”." in words_in(refused)
    assert refused.text.count('value="email" selected') == 2


def test_a_second_click_says_that_it_is_done(app: Flask, owner: Owner) -> None:
    owner.upload(ROWS)
    owner.bring()

    assert owner.bring().status_code == 303

    assert "It is done once." in owner.words()
    assert len(signups(app)) == 2


def test_an_open_session_alone_sees_nobody_by_a_form_that_is_refused(
    owner: Owner, now: HandClock
) -> None:
    owner.upload(ROWS)
    owner.bring()
    now.turn(minutes=11)

    refused = owner.send("no such thing", look="1")

    assert refused.status_code == 403
    assert "ada@x.io" not in refused.text


def test_a_file_that_is_no_list_is_refused_where_it_was_chosen(owner: Owner) -> None:
    refused = owner.upload(b"PK\x03\x04", "people.xlsx")

    assert refused.status_code == 422
    assert "This is an Excel file." in words_in(refused)


@pytest.mark.parametrize(("rows", "answer"), [(500_000, "100,000 people"), (1_250_000, "8 MB")])
def test_a_large_file_is_read_and_what_is_too_much_is_said(
    owner: Owner, rows: int, answer: str
) -> None:
    refused = owner.upload_written_out(b"a@x.io\n" * rows)

    assert refused.status_code == 422
    assert answer in words_in(refused)


def test_a_file_that_is_not_wanted_is_deleted(owner: Owner) -> None:
    owner.upload(ROWS)

    owner.client.send(f"{owner.url}/lists/1/discard")

    assert "fair.csv" not in owner.words("signups")
    assert owner.client.get(f"{owner.url}/lists/1").status_code == 404


def test_the_file_for_a_mailing_tool_is_an_owners(owner: Owner) -> None:
    owner.upload(ROWS)
    owner.bring(agreed="1", how="At our fair.")

    file = owner.client.get(f"{owner.url}/signups/mailing.csv")

    assert file.text.splitlines()[0].startswith('"email","name","tags"')
    assert '"ada@x.io","Ada <b>B</b>","larder,imported"' in file.text


def test_whoever_asks_the_team_is_erased_and_no_list_brings_them_back(
    app: Flask, owner: Owner
) -> None:
    owner.upload(ROWS)
    owner.bring()
    url = f"{owner.url}/signups/erase"
    refused = owner.client.send(url, {"email": "nobody@x.io"})

    owner.client.send(url, {"email": " ADA@x.io"})
    owner.upload(ROWS)

    assert "Nobody here has this address." in words_in(refused)
    assert 'value="nobody@x.io"' in refused.text
    assert {row.email for row in signups(app)} == {"", "cid@x.io"}
    assert "1 left before and stays out." in owner.words("lists/2")
    assert "Nobody on this list is new." in owner.words("lists/2")
