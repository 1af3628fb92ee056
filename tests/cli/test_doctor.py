"""`wbtest doctor`: one line for each thing that has to be right, and the fix where it is not."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle, repeat

import pytest
from flask import Flask

from tests.audience.larder import draft_page
from tests.cli.conftest import Instance
from tests.conftest import HandClock
from tests.delivery.conftest import MailServer, run
from wbtest.audience.quality_counts import NewestNetworks
from wbtest.cli.doctor import check_backup, judge_networks
from wbtest.config import Settings
from wbtest.delivery import webhooks
from wbtest.delivery.backups import backup_folder
from wbtest.delivery.models import Webhook
from wbtest.delivery.outbox import queue_mail
from wbtest.delivery.worker import find_run, run_due_jobs
from wbtest.extensions import db, utc_now
from wbtest.store import writing
from wbtest.team import delivery_settings, health


@contextmanager
def running_mail_server() -> Iterator[str]:
    for server in run(MailServer()):
        yield server.url


def findings(instance: Instance, **environ: str) -> dict[str, dict[str, object]]:
    said = instance.run("doctor", "--json", **environ)
    found: dict[str, dict[str, object]] = json.loads(said.stdout)
    assert said.exit_code == (0 if all(finding["ok"] for finding in found.values()) else 1)
    return found


def test_it_has_a_line_for_each_thing(instance: Instance) -> None:
    lines = instance.run("doctor").output.splitlines()

    names = [line.split()[1] for line in lines]
    wanted = "settings database disk worker mail webhooks backup address hosts ip networks"
    assert names == wanted.split()


def test_a_worker_that_was_never_there_is_named(instance: Instance) -> None:
    assert not findings(instance)["worker"]["ok"]


def test_mail_that_waits_for_a_server_is_counted(instance: Instance) -> None:
    with instance.opened():
        queue_mail(recipient="ada@example.com", subject="Hello", body="…")

    found = findings(instance)["mail"]

    assert not found["ok"]
    assert found["sentence"] == "WBTEST_MAIL_URL is not set, so mail waits (1 waiting)."


def test_a_mail_server_that_answers_is_well(instance: Instance) -> None:
    with running_mail_server() as url:
        found = findings(instance, WBTEST_MAIL_URL=url)["mail"]

    assert (found["ok"], found["sentence"]) == (True, "The mail server answers (no mail yet).")


def test_a_mail_server_that_is_away_is_named(instance: Instance) -> None:
    found = findings(instance, WBTEST_MAIL_URL="smtp://127.0.0.1:1")["mail"]

    assert not found["ok"]
    assert "refused" in str(found["sentence"])


def test_webhooks_that_fail_are_counted(instance: Instance) -> None:
    with instance.opened():
        delivery_settings.add_webhook("https://hooks.example/", ["decision.made"])
        webhooks.emit("decision.made", {})
    assert findings(instance)["webhooks"]["sentence"] == "1 is on (1 waiting, 0 failed)."

    with instance.opened():
        delivery_settings.disable_webhook(db.session.get_one(Webhook, 1))

    assert not findings(instance)["webhooks"]["ok"]


def test_a_backup_of_two_days_is_too_old(instance: Instance) -> None:
    if not instance.settings.is_sqlite:
        assert "There is no dump" in str(findings(instance)["backup"]["sentence"])
        return
    assert not findings(instance)["backup"]["ok"]
    with instance.opened():
        run_due_jobs()
    assert findings(instance)["backup"]["ok"]

    with instance.opened(), writing():
        run = find_run("backup")
        assert run
        run.succeeded_at = utc_now() - timedelta(hours=49)

    found = findings(instance)["backup"]
    assert (found["ok"], found["sentence"]) == (False, "The last backup is 49 hours old.")


@pytest.mark.parametrize(
    ("name", "begins", "hours", "is_well", "words"),
    [
        ("asked-2027-03-01T033000.dump", b"PGDMP", 47, True, "is 47 hours old."),
        ("by-hand.dump", b"PGDMP", 49, False, "is 49 hours old."),
        ("asked-2027-03-01T033000.dump", b"", 1, False, "is none of PostgreSQL's."),
        ("replaced-2027-03-01T033000.dump", b"PGDMP", 1, False, "There is no dump"),
    ],
)
def test_on_postgresql_the_newest_dump_is_looked_at(
    app: Flask, settings: Settings, now: HandClock,
    name: str, begins: bytes, hours: int, is_well: bool, words: str,
) -> None:  # fmt: skip
    dump = backup_folder(settings) / name
    dump.parent.mkdir()
    dump.write_bytes(begins)
    written_at = (now() - timedelta(hours=hours)).timestamp()
    os.utime(dump, (written_at, written_at))

    found = check_backup(replace(settings, database_url="postgresql+psycopg://localhost/x"))

    assert found.is_well is is_well
    assert words in found.sentence


@pytest.mark.postgresql
def test_a_server_that_gives_out_too_few_connections_is_named(instance: Instance) -> None:
    with instance.opened():
        most = int(db.session.execute(db.text("SHOW max_connections")).scalar_one())

    found = findings(instance, WBTEST_WORKERS=str(most // 20))["database"]

    assert not found["ok"]
    assert "Set its max_connections to" in str(found["sentence"])


@pytest.mark.parametrize(
    ("environ", "is_well", "words"),
    [
        ({"WBTEST_BASE_URL": "http://127.0.0.1:8000"}, True, "web processes"),
        ({"WBTEST_BASE_URL": "http://try.example.com"}, False, "is not https"),
        ({"WBTEST_BASE_URL": "https://localhost:1"}, False, "Set it to 1"),
        (
            {"WBTEST_BASE_URL": "https://localhost:1", "WBTEST_TRUSTED_PROXIES": "1"},
            True,
            "web processes",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_named(
    instance: Instance, environ: dict[str, str], is_well: bool, words: str
) -> None:
    found = findings(instance, **environ)["settings"]

    assert found["ok"] is is_well
    assert words in str(found["sentence"])


@pytest.mark.parametrize(
    ("tests", "is_well", "words"),
    [
        ([], True, "Too few visitors"),
        ([NewestNetworks("larder", 49, 49, 0)], True, "Too few visitors"),
        # As many as make the trust panel amber, which sends people here.
        ([NewestNetworks("larder", 100, 5, 9)], False, "Of the newest 100 visitors 5 came from"),
        ([NewestNetworks("larder", 100, 4, 9)], True, "100 visitors came from many networks"),
        (
            [NewestNetworks("larder", 1000, 0, 901)],
            False,
            "visitors of /p/larder 901 came from 5 networks",
        ),
        ([NewestNetworks("larder", 1000, 0, 900)], True, "1,100 visitors came from many networks"),
    ],
)
def test_visitors_whom_a_proxy_hides_are_told_of(
    tests: list[NewestNetworks], is_well: bool, words: str
) -> None:
    others = (
        [NewestNetworks("kiln", 100, 0, 10)]
        if len(tests) == 1 and tests[0].visitors == 1000
        else []
    )

    found = judge_networks([*others, *tests], proxies=1)

    assert found.is_well is is_well
    assert words in found.sentence


class Stranger(BaseHTTPRequestHandler):
    """Answers /healthz as another instance would, or as ``turns`` say, and all else not at all."""

    turns: Iterator[str] = repeat("0000000000000000")

    def do_GET(self) -> None:
        body = json.dumps({"ok": True, "instance": next(self.turns)}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body if self.path == "/healthz" else b"")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def stranger() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_address_that_leads_elsewhere_is_named(instance: Instance, stranger: str) -> None:
    found = findings(instance, WBTEST_BASE_URL=stranger)["address"]

    assert not found["ok"]
    assert "is answered by another instance" in str(found["sentence"])


def test_machines_with_different_secrets_behind_one_address_are_named(
    instance: Instance, stranger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = health.instance_id(instance.settings)
    monkeypatch.setattr(Stranger, "turns", cycle([ours, "0000000000000000"]))

    found = findings(instance, WBTEST_BASE_URL=stranger)["address"]

    assert not found["ok"]
    assert "machines with different secrets" in str(found["sentence"])


def test_a_host_of_a_test_that_leads_nowhere_is_named(instance: Instance) -> None:
    assert findings(instance)["hosts"]["sentence"] == "No test has a host of its own."
    with instance.opened():
        draft_page(host="halfchair.invalid")

    found = findings(instance, WBTEST_BASE_URL="http://127.0.0.1:1")["hosts"]

    assert not found["ok"]
    assert "http://halfchair.invalid:1/healthz does not answer" in str(found["sentence"])


def test_an_address_that_leads_nowhere_is_named(instance: Instance) -> None:
    found = findings(instance, WBTEST_BASE_URL="http://127.0.0.1:1")["address"]

    assert not found["ok"]
    assert "does not answer as we would" in str(found["sentence"])
