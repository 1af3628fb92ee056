"""The memo of a decision: one permanent page, with the figures as they were."""

import json
import re
import zlib

from flask import Flask

from tests.conftest import Browser, HandClock
from tests.decisions.conftest import AGAINST, REASON
from tests.factories import Team, make_checked, make_decision, make_experiment, make_running
from tests.results.crowd import count_day, count_days
from tests.skips import require
from wbtest.decisions.decide import LONGEST_REASON, decide
from wbtest.decisions.memo_proof import differences
from wbtest.decisions.memo_views import find_memo, memo_shown, printed
from wbtest.extensions import db
from wbtest.publishing.lifecycle import start
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_options import Options
from wbtest.publishing.page_settings import change_options
from wbtest.store import writing
from wbtest.writing.models import Revision
from wbtest.writing.pdf import one_sheet_pdf

# As long as a reason may be, and as wide or high as letters and lines make it.
REASONS = (
    REASON,
    "We were told why by many. " * 160,
    "- ten words that stand on a line of their own\n" * 40,
    "no\n" * 1_000,
    "WWWWWWWWWWW " * 333,
    "\u4e2d" * 4_000,
)


def place(experiment: Experiment, number: int = 1) -> str:
    return f"/experiments/{experiment.id}/memo/{number}"


def pages_in(pdf: bytes) -> int:
    """How many pages a PDF has; what names them is compressed."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    opened = [zlib.decompressobj().decompress(stream) for stream in streams if stream[:1] == b"x"]
    return sum(len(re.findall(rb"/Type\s*/Page\b(?!s)", text)) for text in [pdf, *opened])


def test_the_memo_says_everything_on_one_page(met: Experiment, team: Team, approver: Browser):
    decide(met, team.approver, "go", REASON)
    page = approver.get(place(met)).text

    for part in (
        REASON,
        "“Kitchen” reached your 8% target",
        "126 of 900",
        "All checks passed.",
        "Even split",
        "No forecasts.",
        "We write another draft, or stop.",
        "Approved by",
        met.seal,
        met.revision.digest,
        f"http://localhost{place(met)}",
    ):
        assert part in page


def test_the_memo_says_the_rate_hoped_for(
    revision: Revision, team: Team, approver: Browser, now: HandClock
):
    experiment = make_running(revision, team.editor, team.approver, hoped_for=0.12)
    count_days(experiment, range(9), seen=100, converted=14)
    now.turn(days=10)
    decide(experiment, team.approver, "go", REASON)

    assert "The rate hoped for is 12%." in approver.get(place(experiment)).text


def test_the_memo_says_who_agreed_who_said_no_and_who_skipped(
    revision: Revision, team: Team, approver: Browser, now: HandClock
):
    draft = make_experiment(revision, team.editor)
    change_options(draft, team.editor, Options(asks_for=("price",)))
    experiment = start(make_checked(draft, team.editor), team.approver)
    count_day(experiment, 0, seen=900, converted=92, price=12, price_no=30)
    now.turn(days=10)
    make_decision(experiment, team.approver, team.owner, "iterate", REASON)
    file = approver.get(f"{place(experiment)}.json").data

    assert "Price: 12 agreed · 30 said no · 50 skipped" in approver.get(place(experiment)).text
    assert differences(file) == []
    assert differences(file.replace(b'"price_no": 30', b'"price_no": 31')) != []


def test_a_memo_stays_as_it_was(met: Experiment, team: Team, approver: Browser, now: HandClock):
    decide(met, team.approver, "go", REASON)
    before = approver.get(f"{place(met)}.json").data
    count_day(met, 9, "kitchen", seen=100, converted=1)
    with writing():
        team.approver.name = "Another name"
        met.variants[0].name = "Another variant"
    now.turn(days=1)

    assert approver.get(f"{place(met)}.json").data == before
    assert "126 of 900" in approver.get(place(met)).text


def test_each_decision_keeps_its_number(met: Experiment, team: Team, approver: Browser):
    make_decision(met, team.approver, team.owner, "stop", AGAINST)
    decide(met, team.approver, "go", REASON)

    assert AGAINST in approver.get(place(met)).text
    assert REASON in approver.get(place(met, 2)).text
    assert "A later decision replaced this one" in approver.get(place(met)).text
    assert approver.get(place(met, 3)).status_code == 404


def test_against_the_verdict_the_memo_says_so_and_who_signed(
    met: Experiment, team: Team, approver: Browser
):
    make_decision(met, team.approver, team.owner, "stop", AGAINST)
    page = approver.get(place(met)).text

    assert "The locked rule said go, but the team decided otherwise." in page
    assert "Owner approved it as the second person." in page


def test_the_file_holds_what_the_digests_are_of(met: Experiment, team: Team, approver: Browser):
    decide(met, team.approver, "go", REASON)
    file = json.loads(approver.get(f"{place(met)}.json").data)

    assert file["memo"]["digests"]["seal"] == met.seal
    assert file["sealed"] == met.sealed
    assert file["revision"]["headline"] == met.revision.document["headline"]
    assert file["data"]["weights"] == [1, 1]
    assert file["data"]["left_out"] == {"team": [[0, 0], [4, 1]]}
    assert len(file["digest"]) == 64


def test_nothing_that_was_typed_is_markup(met: Experiment, team: Team, approver: Browser):
    decide(met, team.approver, "go", "<svg onload=alert(1)> is no reason")

    assert "<svg onload" not in approver.get(place(met)).text


def test_the_pdf_is_one_page_whatever_was_written(app: Flask, met, team: Team):
    require("Pango")
    decide(met, team.approver, "go", REASON)
    memo = find_memo(met, 1)
    assert memo is not None
    for reason in REASONS:
        memo.values["decision"]["reason"] = reason[:LONGEST_REASON]
        with app.test_request_context():
            pdf = one_sheet_pdf(printed(memo_shown(met, memo)))

        assert pdf.startswith(b"%PDF")
        assert pages_in(pdf) == 1, reason[:40]


def test_no_number_beyond_the_decisions_is_a_memo(met: Experiment, approver: Browser):
    db.session.rollback()

    assert approver.get(place(met)).status_code == 404
    assert approver.get(place(met, 0)).status_code == 404
