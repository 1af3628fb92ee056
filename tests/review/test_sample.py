"""The sample: a release from its first draft to an approved one, which belongs to nobody."""

from datetime import date

import sqlalchemy as sa

from tests.conftest import Browser
from tests.factories import Team, log_in
from wbtest.extensions import Base, db
from wbtest.review.sample import sample_drafts
from wbtest.writing.coach import findings_of

PAGES = ("/sample", "/sample?side=coach", "/sample?side=review", "/sample?side=changes")
TODAY = date(2031, 8, 17)


def rows() -> dict[str, int]:
    return {
        name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for name, table in Base.metadata.tables.items()
    }


def test_to_look_at_it_leaves_nothing_and_offers_nothing_to_do(client: Browser, team: Team) -> None:
    log_in(client, team.viewer)
    before = rows()

    pages = [client.get(path).text for path in PAGES]

    assert rows() == before
    for page in pages:
        assert "You can look around, but not edit or test it" in page
        assert page.partition("<main")[2].count("<form") == 0


def test_its_first_draft_shows_what_the_coach_says_and_its_last_leaves_it_little_to_say() -> None:
    first, last = (
        findings_of(draft.document, "full", TODAY)
        for draft in (sample_drafts(TODAY)[0], sample_drafts(TODAY)[-1])
    )

    assert [each.rule.id for each in first if each.severity == "stop"]
    assert not [each for each in last if each.severity == "stop"]
    assert len(last) < len(first)


def test_its_readers_come_to_mean_the_same_customer() -> None:
    first, later, last = sample_drafts(TODAY)

    assert (first.same, later.same, last.same) == (0, 1, 2)
    assert [remark.place.words for remark in first.remarks] == ["an app for your kitchen"]


def test_what_was_said_stands_at_its_words(client: Browser, team: Team) -> None:
    log_in(client, team.viewer)

    page = client.get("/sample?side=review").text

    assert 'id="mark-1"' in page
    assert 'href="#mark-1"' in page
    assert "I can’t build for everybody." in page
