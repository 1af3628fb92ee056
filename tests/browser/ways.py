"""Ways to pages that no link leads to: by mail, by an address passed on, by guessing."""

from urllib.parse import urlsplit

import pyotp

from tests.audience.larder import Visitor, token_in
from tests.browser.conftest import Live
from tests.browser.reader import Reader
from tests.factories import PASSWORD
from tests.steps.browser import fill_in_log_in
from wbtest.extensions import clock, db
from wbtest.publishing.display import preview_token
from wbtest.publishing.models import Experiment
from wbtest.results.shared_links import create_shared_link
from wbtest.store import writing
from wbtest.team import accounts, mail_preferences, two_factor
from wbtest.team.mail_preferences import stop_test_mails_url
from wbtest.team.models import Person
from wbtest.team.people import invite

MIA = "mia@x.io"
SHARED_PASSWORD = "three quiet words"


def sign_up(live: Live, slug: str) -> None:
    """Leave an address on a page."""
    somebody = Visitor(live.app)
    page = somebody.get(f"/p/{slug}")
    somebody.post(f"/p/{slug}/signup", {"token": token_in(page), "email": MIA, "website": ""})


def open_try(reader: Reader) -> None:
    """What somebody sees who tries the sign-up, and where the links of that mail lead."""
    runs = db.session.scalars(db.select(Experiment).where(Experiment.slug == "runs")).one()
    reader.open(f"/p/runs/tried?preview={preview_token(runs, 'control')}")
    reader.open("/confirm/try/runs")


def answer_mail(reader: Reader, leave: str) -> None:
    """Do both things that the mail about a sign-up offers; ``leave`` is the path to the second."""
    for path, button in (
        (leave.replace("leave", "confirm"), "Confirm"),
        (leave, "Delete my email"),
    ):
        reader.open(path)
        reader.press(button)


def open_shared(reader: Reader, owner: Person) -> None:
    """Follow the links that only somebody has who was sent one: to results, and out of mails."""
    runs = db.session.scalars(db.select(Experiment).where(Experiment.slug == "runs")).one()
    _, token = create_shared_link(runs, owner, "our investor", password=SHARED_PASSWORD)
    reader.open(f"/shared/{token}")
    reader.page.get_by_label("Password").fill(SHARED_PASSWORD)
    reader.send("Continue")
    reader.walk(f"/shared/{token}")
    reader.open(urlsplit(stop_test_mails_url(owner.id)).path)
    reader.press("Unsubscribe")
    reader.open(urlsplit(mail_preferences.daily_stop_url(owner)).path)


def open_invitation(reader: Reader, owner: Person) -> None:
    """What somebody sees who is asked into the team and has no log-in."""
    _, token = invite(owner, MIA, "viewer")
    reader.open(f"/invitation/{token}")


def open_ways_in(reader: Reader, owner: Person) -> None:
    """Follow the links of mails about a log-in, and see what is asked after the password."""
    with writing():
        reset, email = (
            accounts.make_link(owner, "reset"),
            accounts.make_link(owner, "email", MIA),
        )
    for path in (f"/reset/{reset}", f"/email/{email}"):
        reader.open(path)
    secret = two_factor.make_secret()
    code = pyotp.TOTP(secret).at(clock.now())
    two_factor.turn_on(owner, secret, password=PASSWORD, code=code)
    reader.open("/login")
    fill_in_log_in(reader.page, owner.email, PASSWORD)
    reader.press("Log in")


def guess_too_often(reader: Reader, owner: Person) -> None:
    """Try passwords until the log-in says to wait."""
    reader.open("/login")
    reader.statuses["/login"] = 422
    for _ in range(10):
        fill_in_log_in(reader.page, owner.email, "not the password")
        reader.send("Log in")
    reader.look()
    reader.statuses["/login"] = 429
    fill_in_log_in(reader.page, owner.email, "not the password")
    reader.press("Log in")
