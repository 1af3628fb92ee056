"""What we build upon is listed whole, under licences we chose, and asked about where one can."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from supply import advisories, licences, locked
from supply.sbom import sbom

ROOT = Path(__file__).parents[1]
RUNTIME = locked.read(ROOT / "requirements.txt")
ALL = locked.read(ROOT / "requirements-dev.txt")
WEAK, SOUND = (locked.Locked(name, "1.0", "", ()) for name in ("weak", "sound"))
pytestmark = pytest.mark.one_database


class Database(BaseHTTPRequestHandler):
    """Answers as OSV does: of the packages named weak it knows something."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        known = [{"vulns": [{"id": "OSV-1"}]} if "weak" in each["package"]["purl"] else {}
                 for each in asked]  # fmt: skip
        body = json.dumps({"results": known}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def database() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Database)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/querybatch"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_locked_package_is_in_the_sbom_with_the_digests_of_its_files() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")

    parts = sbom("1", RUNTIME, [])["components"]

    assert len(parts) == sum("==" in line.partition(" ;")[0] for line in text.splitlines())
    assert sum(len(part["hashes"]) for part in parts) == text.count("--hash=sha256:")
    assert all(part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}" for part in parts)


def test_files_of_others_that_we_give_out_are_in_the_sbom() -> None:
    file = next((ROOT / "static/vendor").glob("plotly*.js"))
    sums = (ROOT / "static/vendor/SHA256SUMS").read_text(encoding="utf-8")

    [part] = sbom("1", [], [file])["components"]

    assert f"{part['hashes'][0]['content']}  {file.name}" in sums


def test_what_runs_with_us_stands_under_a_licence_that_we_chose() -> None:
    found = {package.name: licences.licence_of(package) for package in RUNTIME}

    assert {name: said for name, said in found.items() if not licences.is_allowed(said)} == {}


def test_only_what_is_for_other_machines_has_no_licence_here() -> None:
    away = [each for each in ALL if licences.licence_of(each) == licences.NOT_HERE]

    assert [package.name for package in away if not package.marker] == []


def test_tools_may_stand_under_some_more() -> None:
    found = {package.name: licences.licence_of(package) for package in ALL}
    allowed = licences.ALLOWED_TOOLS

    assert {
        name: said for name, said in found.items() if not licences.is_allowed(said, allowed)
    } == {}
    assert not licences.is_allowed(found["djlint"])


@pytest.mark.parametrize(
    "licence", ["", "AGPL-3.0-only", "MIT AND SSPL-1.0", "(MIT OR ISC) AND SSPL-1.0", "Proprietary"]
)
def test_a_package_under_another_licence_is_not_allowed(licence: str) -> None:
    assert not licences.is_allowed(licence)


@pytest.mark.parametrize(
    ("expression", "is_allowed"), [("", False), ("License-Expression: MIT OR SSPL-1.0\n", True)]
)
def test_of_several_classifiers_all_count_unless_it_says_that_one_may_choose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expression: str, is_allowed: bool
) -> None:
    kinds = ("OSI Approved :: MIT License", "Other/Proprietary License")
    lines = "".join(f"Classifier: License :: {kind}\n" for kind in kinds)
    about = tmp_path / "twofold-1.0.dist-info" / "METADATA"
    about.parent.mkdir()
    about.write_text(f"Metadata-Version: 2.4\nName: twofold\nVersion: 1.0\n{expression}{lines}")
    monkeypatch.syspath_prepend(tmp_path)

    said = licences.licence_of(locked.Locked("twofold", "1.0", "", ()))

    assert licences.is_allowed(said) == is_allowed


def test_a_known_weakness_is_found(database: str) -> None:
    assert advisories.find([SOUND, WEAK], database) == [(WEAK, ["OSV-1"])]


def test_where_nobody_can_be_asked_it_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(advisories.NotAsked):
        advisories.find([SOUND], f"http://127.0.0.1:{port}/v1/querybatch")
