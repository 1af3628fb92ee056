"""What a first evening costs in clicks, fields, pages and words, up to a live test."""

import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.browser.founder import HEADLINE, Cost, Founder, create_test, set_up, start, tell, write
from tests.factories import make_revision, make_running
from tests.results.crowd import count_day
from wbtest.publishing import lifecycle
from wbtest.review.approvals import approve
from wbtest.team.models import Person

pytestmark = pytest.mark.browser
# Of the whole evening, and of the shortest way. What a test prints is what it cost: `pytest -s`.
EVENING = Cost(clicks=25, fields=25, loads=20, words=2500)
SHORTEST = Cost(clicks=8, fields=16, loads=8, words=2500)
MOST_CLICKS_TO_DECIDE = 3


def draw(path: Path, width: int, height: int) -> Path:
    """Draw a grey picture, as PNG."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    rows = (b"\0" + b"\x90" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    return path


def write_the_rest(founder: Founder) -> None:
    """Say what else the short form asks for."""
    founder.fill("Problem", "Food goes off in the fridge while the family orders pizza again.")
    founder.fill("What people do today", "Today they guess. With Larder they see five dinners.")
    founder.fill("Call to action", "Take one photo of your shelves tonight.")


def test_a_founder_has_a_page_live_in_few_steps_with_all_defaults(
    founder: Founder, live: Live, stranger: Page
) -> None:
    set_up(founder)
    write(founder)
    create_test(founder)
    start(founder)

    stranger.goto(f"{live.url}/p/larder")
    expect(stranger.get_by_role("heading", level=1)).to_have_text(HEADLINE)
    tell(founder)
    assert founder.cost.over(SHORTEST) == []


def test_a_first_evening_with_pictures_a_question_and_a_second_variant_is_short(
    founder: Founder, live: Live, stranger: Page, tmp_path: Path
) -> None:
    set_up(founder)
    write(founder)
    write_the_rest(founder)
    founder.turn_to("Questions")
    founder.press("Add a question")
    founder.fill("Question", "Does it need a special camera?")
    founder.fill("Answer", "No. Any phone will do.")
    create_test(founder)
    founder.click("Design", role="link")
    founder.upload("Upload a logo", draw(tmp_path / "logo.png", 200, 80))
    founder.upload("Upload a picture", draw(tmp_path / "picture.png", 1200, 800))
    founder.fill("Picture description", "A grey wall.")
    founder.click("Save design")
    founder.click("Test", role="link")
    founder.unfold("Add variant")
    founder.type_in(founder.page.get_by_role("textbox", name="Name", exact=True), "Half the waste")
    founder.fill("Headline", "Throw away half as much food, starting tonight")
    founder.click("Add variant")
    start(founder)

    stranger.goto(f"{live.url}/p/larder")
    expect(stranger.get_by_alt_text("A grey wall.")).to_be_visible()
    tell(founder)
    assert founder.cost.over(EVENING) == []


def test_the_path_is_all_there_is_at_first_and_leads_to_the_first_visitor(founder: Founder) -> None:
    main = founder.page.get_by_role("main")
    set_up(founder)
    names = [link.inner_text() for link in main.get_by_role("link").all()]
    write(founder)
    write_the_rest(founder)
    founder.click("Create revision")
    founder.click("Ideas", role="link")

    assert names == ["Import a text", "View a sample", "What it does, and other ways"]
    expect(main.get_by_text("Step 4 of 7")).to_be_visible()
    expect(main.get_by_role("heading").nth(1)).to_have_text("Approve the text")
    founder.click("Review the text", role="link")
    founder.fill("Reason to approve alone", "Nobody else has read this yet.")
    founder.click("Approve")
    founder.click("Create test")
    founder.click("Ideas", role="link")
    expect(main.get_by_text("Step 5 of 7")).to_be_visible()
    founder.click("View the launch check", role="link")
    founder.click("Start test")
    founder.click("Ideas", role="link")
    expect(main.get_by_text("Step 7 of 7")).to_be_visible()


def test_from_results_to_a_stored_decision_takes_three_clicks(
    live: Live, logged_in: Page, owner: Person
) -> None:
    revision = make_revision(owner)
    approve(revision, owner, "Nobody else is there.")
    experiment = make_running(revision, owner, owner)
    count_day(experiment, 0, "control", seen=400, converted=80)
    live.now.turn(days=9)
    lifecycle.end(experiment, owner)
    founder = Founder(logged_in)
    founder.page.goto(f"{live.url}/experiments/{experiment.id}/results")

    founder.click("Decide", role="link")
    founder.choose("Go")
    founder.fill("Reason", "One in five signed up.")
    founder.click("Save decision")

    expect(founder.page.get_by_role("heading", name="Decided: go")).to_be_visible()
    assert founder.clicks <= MOST_CLICKS_TO_DECIDE
