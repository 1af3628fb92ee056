"""A person who finds a weakness learns whom to tell."""

from datetime import UTC, datetime, timedelta

from tests.conftest import Browser, HandClock


def test_the_contact_for_weaknesses_is_told_for_less_than_a_year(
    client: Browser, now: HandClock
) -> None:
    answer = client.get("/.well-known/security.txt")

    told = dict(line.split(": ", 1) for line in answer.text.splitlines())
    expires = datetime.strptime(told["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert answer.mimetype == "text/plain"
    assert told["Contact"] == "mailto:wbtest@localhost"
    assert timedelta(days=30) < expires - now() < timedelta(days=365)
