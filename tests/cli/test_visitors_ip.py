"""The IP of a visitor, looked for in all that a server leaves: files, output, a backup."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from html import unescape
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from tests.audience.larder import PHONE, RULE, start_page
from tests.cli.conftest import Instance, Served, eventually, serving
from wbtest.audience.signups import MOST_SIGN_UPS, AbuseGuard
from wbtest.extensions import utc_now
from wbtest.publishing.rule import FEWEST_AN_HOUR

# The bytes of the files of SQLite; PostgreSQL has files of its own.
pytestmark = pytest.mark.one_database

# Of networks that are for examples; the first is what somebody claims to be, and is not believed.
CLAIMED = "198.51.100.23"
ADDRESSES = ("203.0.113.77", "2001:db8:aa:bb::77")
TOKEN = 'name="token" type="hidden" value="'


class Answer(NamedTuple):
    """What was answered."""

    status: int
    text: str


class Visitor:
    """A browser of somebody with this IP, behind a proxy."""

    def __init__(self, served: Served, address: str) -> None:
        self._url = served.url
        self._opener = build_opener(HTTPCookieProcessor())
        self._headers = {
            "User-Agent": PHONE,
            "X-Forwarded-For": f"{CLAIMED}, {address}",
            "Sec-Fetch-Site": "same-origin",
        }
        self._token = ""

    def ask(self, path: str, data: str | None = None, kind: str = "") -> Answer:
        headers = self._headers | ({"Content-Type": kind} if kind else {})
        body = None if data is None else data.encode()
        try:
            with self._opener.open(Request(self._url + path, body, headers), timeout=60) as answer:
                return Answer(answer.status, answer.read().decode())
        except HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode())

    def come(self) -> None:
        """Open the page, and let its beacon go out."""
        page = self.ask("/p/larder?utm_source=newsletter").text
        self._token = unescape(page.partition(TOKEN)[2].partition('"')[0])
        assert self.ask("/p/larder/seen", self._token, "text/plain").status == 204

    def send(self, path: str, **fields: str) -> int:
        """Send a form, and return the status of the page that it leads to."""
        return self.ask(path, urlencode({"token": self._token, "website": "", **fields})).status


@pytest.fixture
def empty_database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'instance' / 'wbtest.db'}"


@pytest.fixture
def noisy(instance: Instance, tmp_path: Path) -> Instance:
    """An instance with a page, behind a proxy, in which every logger says all it can."""
    with instance.opened():
        start_page(rule=replace(RULE, ends_on=utc_now().date() + timedelta(days=60)))
    (tmp_path / "sitecustomize.py").write_text("import logging; logging.INFO = logging.DEBUG")
    more = {"PYTHONPATH": str(tmp_path), "WBTEST_TRUSTED_PROXIES": "1"}
    more["WBTEST_MAIL_URL"] = "smtp://127.0.0.1:1"
    return replace(instance, environ={**instance.environ, **more})


def test_a_visitors_ip_is_in_no_file_no_backup_and_no_line(noisy: Instance, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with serving(noisy) as served:
        for number, address in enumerate(ADDRESSES):
            do_everything(noisy, served, address, f"mia{number}@x.io")
        crowds = "SELECT count(DISTINCT mark) FROM visits WHERE excluded_because = 'crowd'"
        assert eventually(lambda: rows(noisy, crowds) == [len(ADDRESSES)])
        # Once while the log beside the file holds what was written last, once when all is over.
        left = dict(files_of(noisy.folder))
        assert noisy.run("backup", str(copy)).exit_code == 0
        served.end()
    left |= {f"{name} afterwards": data for name, data in files_of(noisy.folder)}
    left |= {"the backup": copy.read_bytes(), "the output": served.printed.encode()}

    assert b" DEBUG " in left["the output"]
    for number in range(len(ADDRESSES)):
        email = f"mia{number}@x.io".encode()
        assert email in left["wbtest.db"] + left["wbtest.db-wal"]
        assert email in left["the backup"]
    found = [
        (name, spelling)
        for name, data in left.items()
        for address in (CLAIMED, *ADDRESSES)
        for spelling in spellings(address)
        if spelling in data
    ]
    assert found == []


def do_everything(instance: Instance, served: Served, address: str, email: str) -> None:
    """All that a visitor can do, and what others of their network can."""
    mia, came = Visitor(served, address), time.monotonic()
    mia.come()
    for _ in range(FEWEST_AN_HOUR):
        Visitor(served, address).come()
    crowd = Visitor(served, address)
    crowd.come()
    asked = {"question": f"Does it know allergies, {email}?"}
    assert mia.send("/p/larder/ask", **asked) == 200
    assert crowd.send("/p/larder/signup", email=f"crowd-{email}") == 200
    # Nobody types an address faster.
    assert eventually(lambda: time.monotonic() - came > AbuseGuard().fastest_seconds + 1)
    assert mia.send("/p/larder/signup", email=email) == 200
    [link] = rows(instance, f"SELECT leave_url FROM outbox_mails WHERE recipient = '{email}'")
    token = link.rpartition("/")[2]
    assert mia.ask(f"/confirm/{token}").status == 200
    assert mia.send(f"/confirm/{token}") == 200
    assert rows(instance, f"SELECT 1 FROM signups WHERE email = '{email}' AND confirmed_us > 0")
    refused = [
        crowd.send("/p/larder/signup", email=f"{number}-{email}") for number in range(MOST_SIGN_UPS)
    ]
    assert refused[-1] == 429, refused
    assert mia.send("/p/larder/signup", email="no address") == 422
    assert mia.ask("/p/larder/nowhere").status == 404
    assert mia.send("/p/larder/object") == 200


def rows(instance: Instance, query: str) -> list[Any]:
    """Return the first column of what the database holds."""
    with closing(sqlite3.connect(str(instance.settings.database_file))) as store:
        return [first for first, *_ in store.execute(query)]


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in folder.rglob("*"):
        if file.is_file():
            yield file.name, file.read_bytes()


def spellings(address: str) -> Iterator[bytes]:
    """An IP in bits, of IPv6 its network's; as text, and the text with which its network begins."""
    ip = ip_address(address)
    yield ip.packed[:6]
    for text in (ip.compressed, ip.exploded):
        yield text.encode()
        separator = "." if ip.version == 4 else ":"
        yield (separator.join(text.split(separator)[:3]) + separator).encode()
