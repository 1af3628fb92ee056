"""What comes back to a release, to later drafts and copies of it, and to the whole team."""

from dataclasses import replace

from tests.decisions.conftest import PRICE, RISK, settle
from tests.factories import Team, make_approval, make_running
from tests.statements import counted
from wbtest.decisions.learning_cards import learned_of, lessons_of, mark, save_card
from wbtest.extensions import db
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment
from wbtest.review.approvals import stop_release
from wbtest.writing import document as documents
from wbtest.writing.releases import copy_release, save_release


def rewrite(release, person, **parts):
    """Save another draft."""
    document = replace(documents.from_json(release.document), **parts)
    return save_release(release, document, release.version, person)


def test_a_later_draft_still_shows_what_was_said_of_it(over: Experiment, team: Team):
    mark(over, team.editor, PRICE, "refuted", "2 of 41 named £4.", 0)
    release = rewrite(over.revision.release, team.editor, headline="Six dinners at home")

    learned = learned_of(release)

    assert [found.state for found in learned.present] == ["refuted"]
    assert [each.key for each in learned.open] == [RISK]
    assert learned.tally == "1 refuted, 1 still open"


def test_a_mark_whose_words_are_gone_is_kept_apart(over: Experiment, team: Team):
    mark(over, team.editor, RISK, "confirmed", "The camera failed twice.", 0)
    release = rewrite(over.revision.release, team.editor, faq=(), evidence=())

    learned = learned_of(release)

    assert (learned.present, learned.open) == ((), ())
    assert [found.words for found in learned.gone] == ["What could fail?"]


def test_a_later_test_has_the_last_word(over: Experiment, team: Team, now):
    mark(over, team.editor, PRICE, "refuted", "2 of 41 named £4.", 0)
    again = end(make_running(over.revision, team.editor, team.approver), team.owner)
    now.turn(days=1)
    mark(again, team.editor, PRICE, "confirmed", "31 of 40 named £4.", 0)

    [found] = learned_of(over.revision.release).present
    assert (found.state, found.experiment) == ("confirmed", again)


def test_a_copy_brings_the_learnings_along_and_a_stranger_to_it_none(over, team: Team):
    save_card(over, team.editor, "Fridays.", "Ask ten.", 0)
    stop_release(over.revision, team.approver, "Nobody wants to pay.")
    copied = copy_release(copy_release(over.revision.release, team.editor), team.owner)

    assert [card.surprise for card in learned_of(copied).cards] == ["Fridays."]
    copied.copied_from_id = None
    assert learned_of(copied).is_empty


def test_only_the_newest_save_of_a_card_is_shown(over: Experiment, team: Team):
    save_card(over, team.editor, "Fridays.", "", 0)
    save_card(over, team.editor, "Prices.", "", 1)

    assert [card.surprise for card in learned_of(over.revision.release).cards] == ["Prices."]


def test_the_list_finds_a_card_by_all_of_its_words(over: Experiment, team: Team):
    save_card(over, team.editor, "Nobody cooks on Fridays.", "Ask ten.", 0)
    mark(over, team.editor, PRICE, "refuted", "2 of 41 named £4.", 0)
    settle(over, team, "iterate")

    [lesson] = lessons_of()
    assert lesson.mentions("FRIDAYS refuted price")
    assert lesson.mentions("3 signed up")
    assert not lesson.mentions("fridays saturdays")


def test_a_running_test_is_not_in_the_list(running: Experiment, team: Team):
    assert lessons_of() == []


def test_more_tests_take_no_more_queries(over: Experiment, team: Team):
    with counted() as one:
        lessons_of()
        learned_of(over.revision.release)
    make_approval(over.revision, team.owner)
    for surprise in ("a", "b", "c"):
        test = make_running(over.revision, team.editor, team.approver)
        save_card(end(test, team.approver), team.editor, surprise, "", 0)
    db.session.expire_all()

    with counted() as four:
        lessons_of()
        learned_of(over.revision.release)
    assert len(four) <= len(one) + 3
