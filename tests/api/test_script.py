"""The scripts of docs/ are run, not believed: against a server in processes of its own."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.cli.conftest import Instance, Served, empty, eventually, instance, migrated, serving
from tests.factories import LARDER, make_team
from wbtest.team.models import Person
from wbtest.team.tokens import make_token
from wbtest.writing.release_files import format_release

DOCS = Path(__file__).parents[2] / "docs"
REASON = "Too few visitors to tell. We’ll try more shops."
FORM = "application/x-www-form-urlencoded"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
# A form that is sent sooner than a person can type counts as a machine's.
TYPING_SECONDS = 2
__all__ = ["empty", "instance", "migrated"]


@pytest.fixture
def tokens(instance: Instance) -> dict[str, str]:
    """Tokens of an editor, of an approver, and of the owner who approves second."""
    with instance.opened():
        team = make_team()

        def token(person: Person, *scopes: str) -> str:
            return make_token(person, name="script", scopes=scopes)[1]

        return {
            "WBTEST_TOKEN": token(team.editor, "read", "write"),
            "WBTEST_APPROVER": token(team.approver, "read", "decide"),
            "WBTEST_SECOND": token(team.owner, "decide"),
        }


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A release in Markdown, and the draft of an experiment."""
    release, draft = tmp_path / "release.md", tmp_path / "experiment.json"
    release.write_text(format_release(LARDER, "full", "md"), encoding="utf-8")
    ends_on = (datetime.now(UTC) + timedelta(weeks=4)).date().isoformat()
    rule = {"target": 0.08, "floor": 0.03, "minimum_visitors": 400, "maximum_visitors": 2400}
    rule |= {"minimum_days": 7, "ends_on": ends_on, "who": "parents", "does": "leave an address"}
    rule |= {"if_met": "We build it.", "if_not_met": "We stop.", "if_unclear": "We ask again."}
    draft.write_text(json.dumps({"slug": "larder", "hypothesis": rule}), encoding="utf-8")
    return [str(release), str(draft)]


def run(served: Served, tokens: dict[str, str], script: str, *arguments: str) -> str:
    """Run a script, and return what it printed."""
    environ = {**os.environ, **tokens, "WBTEST_URL": served.url}
    command = [sys.executable, str(DOCS / script), *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def results(served: Served, tokens: dict[str, str], number: str) -> dict[str, int]:
    """How many were seen and signed up."""
    headers = {"Authorization": f"Bearer {tokens['WBTEST_APPROVER']}"}
    address = f"{served.url}/api/v1/experiments/{number}/results"
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        [variant] = json.load(answer)["variants"]
    return {name: variant[name] for name in ("seen", "signups")}


@dataclass
class Stranger:
    """Somebody with a browser of their own on a public page."""

    page: str
    cookie: str = ""
    token: str = ""

    def come(self) -> None:
        """Open the page, and let it say that it was seen."""
        text = self._ask("")
        found = re.search(r'name="token"[^>]*value="([^"]+)"', text)
        assert found, text
        self.token = found[1]
        self._ask("/seen", self.token, "text/plain")

    def sign_up(self) -> None:
        """Leave an address."""
        self._ask("/signup", urlencode({"token": self.token, "email": "mia@x.io", "website": ""}))

    def _ask(self, path: str, body: str = "", kind: str = FORM) -> str:
        headers = {"User-Agent": BROWSER, "Cookie": self.cookie, "Content-Type": kind}
        data = body.encode() if body else None
        headers |= {"Sec-Fetch-Site": "same-origin"}
        request = urllib.request.Request(f"{self.page}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.cookie = self.cookie or (answer.headers["Set-Cookie"] or "").partition(";")[0]
            text: str = answer.read().decode()
        return text


def visit(page: str) -> None:
    """Three people open the page, and one of them leaves an address."""
    strangers, came = [Stranger(page) for _ in range(3)], time.monotonic()
    for each in strangers:
        each.come()
    assert eventually(lambda: time.monotonic() - came > TYPING_SECONDS)
    strangers[0].sign_up()


def test_two_scripts_take_markdown_to_a_decision_and_strangers_come_in_between(
    instance: Instance, tokens: dict[str, str], files: list[str]
) -> None:
    with serving(instance) as served:
        number, address = run(served, tokens, "markdown_to_experiment.py", *files).split()
        assert LARDER.headline in served.get("/p/larder")
        visit(f"{served.url}/p/larder")
        assert eventually(lambda: results(served, tokens, number) == {"seen": 3, "signups": 1}), (
            results(served, tokens, number)
        )
        decided = run(served, tokens, "experiment_to_decision.py", number, "iterate", REASON)

    assert address.endswith("/p/larder")
    assert decided.startswith("The rule says inconclusive")
    assert decided.endswith("iterate: stands\n")
