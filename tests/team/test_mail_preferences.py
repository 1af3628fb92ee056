"""Every member chooses whether the daily email comes, and where mornings are."""

import pytest

from tests.conftest import Browser
from tests.factories import log_in, make_person
from wbtest.extensions import db
from wbtest.team import mail_preferences
from wbtest.team.models import DailyMail, Person

MAIL_URL = "smtp://127.0.0.1:1"

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def chosen(person: Person) -> tuple[bool, str]:
    db.session.rollback()
    found = db.session.get_one(DailyMail, person.id)
    return found.is_wanted, found.time_zone


def link_of(person: Person) -> str:
    return mail_preferences.daily_stop_url(person).removeprefix("http://localhost")


def test_it_is_on_until_one_turns_it_off(client: Browser, ada: Person) -> None:
    log_in(client, ada)
    assert 'checked id="daily"' in client.get("/notifications").text

    answer = client.send("/notifications/daily", {"time_zone": "Asia/Tokyo"})

    assert answer.location == "/notifications"
    assert chosen(ada) == (False, "Asia/Tokyo")
    assert 'checked id="daily"' not in client.get("/notifications").text


def test_a_time_zone_that_there_is_not_is_refused(client: Browser, ada: Person) -> None:
    log_in(client, ada)

    answer = client.send("/notifications/daily", {"is_wanted": "y", "time_zone": "Mars/Base"})

    assert (answer.status_code, db.session.get(DailyMail, ada.id)) == (422, None)
    assert "Choose a time zone from the list." in answer.text


def test_opening_the_link_in_a_mail_stops_nothing_and_its_button_does(
    client: Browser, ada: Person
) -> None:
    mail_preferences.choose_daily_mail(ada, is_wanted=True, time_zone="Asia/Tokyo")

    asked = client.get(link_of(ada))
    assert chosen(ada) == (True, "Asia/Tokyo")
    done = client.send(link_of(ada))

    assert "Unsubscribe?" in asked.text
    assert "Unsubscribed" in done.text
    assert asked.headers["Referrer-Policy"] == "no-referrer"
    assert chosen(ada) == (False, "Asia/Tokyo")


def test_a_mail_program_stops_it_by_itself_and_twice_is_once(client: Browser, ada: Person) -> None:
    answers = [client.post(link_of(ada), data=ONE_CLICK) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert chosen(ada) == (False, "")


def test_a_link_that_is_not_ours_stops_nothing(
    client: Browser,
    ada: Person,
) -> None:
    mei = make_person("mei@example.com", "viewer")
    ours = link_of(ada)
    forged = link_of(mei).replace(f"/{mei.id}.", f"/{ada.id}.")

    for link in (ours[:-1], f"{ours}x", forged, "/account/daily-mail/stop/é"):
        assert client.get(link).status_code == client.post(link, data=ONE_CLICK).status_code == 404
    assert db.session.get(DailyMail, ada.id) is None


@pytest.mark.parametrize("person", ["ada", "nobody"])
def test_a_number_that_somebody_else_got_since_does_not_stop_theirs(
    client: Browser, ada: Person, person: str
) -> None:
    token = mail_preferences.sign_daily_name(f"{ada.id if person == 'ada' else 999}.1")

    assert client.post(f"{mail_preferences.DAILY_STOP}{token}", data=ONE_CLICK).status_code == 404
    assert db.session.get(DailyMail, ada.id) is None
