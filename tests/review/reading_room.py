"""Seats and what is said from them, for tests of the reading room."""

from flask.testing import FlaskClient

from tests.factories import Team
from wbtest.review import comments, readings
from wbtest.review.models import Reading
from wbtest.review.review_requests import ask_for_review, make_link
from wbtest.review.reviewers import Seat, find_reading, seat_by_link, seat_of
from wbtest.team.models import Person
from wbtest.writing.models import Revision

# Words that stand in nothing else, to look for where they must not be.
ANSWER, SAID, REASON = "zqanswer", "zqcomment", "zqreason"
ANSWERS = {
    "customer": "Parents who cook on weeknights.",
    "problem": "The cabbage goes in the bin; they scroll for recipes.",
    "why_this": "It begins with what is there.",
}


def guest_of(
    revision: Revision, person: Person, name: str = "Mei", *, sees_internal: bool = False
) -> tuple[Seat, str]:
    """The seat of a guest whom ``person`` invited to read this revision, and the link's address."""
    ask_for_review(revision, person)
    reviewer, token = make_link(revision.release, person, name, sees_internal=sees_internal)
    return seat_by_link(revision, reviewer), f"/review/{token}/{revision.number}"


def give(
    revision: Revision, who: Person | Seat, function: str = "product", **answers: str
) -> Reading:
    """Blind answers, the needed ones and ``answers``."""
    seat = who if isinstance(who, Seat) else seat_of(revision, who)
    return readings.answer(seat, function, ANSWERS | answers)


def read(revision: Revision, who: Person | Seat, function: str = "product") -> Reading:
    """Answers, and the text read to its end."""
    seat = who if isinstance(who, Seat) else seat_of(revision, who)
    if find_reading(seat) is None:
        give(revision, seat, function)
    return readings.finish(seat)


def room_of(revision: Revision) -> str:
    """The address of the room for members."""
    return f"/releases/{revision.release_id}/revisions/{revision.number}/review"


def heading(client: FlaskClient, url: str) -> str:
    """The heading of a page, which is the reader's next step."""
    page = client.get(url).text
    return page.partition("<h1>")[2].partition("</h1>")[0]


def talk(revision: Revision, team: Team) -> Reading:
    """Let the author and an approver answer, read, comment and judge."""
    give(revision, team.editor, customer=f"{ANSWER} author")
    reading = give(revision, team.approver, "finance", customer=f"{ANSWER} other")
    seat = seat_of(revision, team.approver)
    comments.write_comment(seat, "problem", "", SAID)
    readings.finish(seat)
    readings.close(seat, {"rival": "zqrival"}, "stop", REASON)
    return reading
