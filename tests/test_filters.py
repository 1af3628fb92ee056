"""How templates write figures and times."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import HandClock
from wbtest import web


def test_figures_are_written_as_people_read_them() -> None:
    assert [web.percent(rate) for rate in (0.113, 0, None)] == ["11.3%", "0.0%", "–"]
    assert [web.number(value) for value in (1204, 0, None)] == ["1,204", "0", "–"]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "just now"),
        (1, "1 minute ago"),
        (59, "59 minutes ago"),
        (119, "1 hour ago"),
        (2879, "1 day ago"),
        (29 * 1440, "29 days ago"),
        (30 * 1440, "30 January 2027"),
    ],
)
def test_a_time_is_told_by_how_long_ago_it_was(
    app: Flask, now: HandClock, minutes: int, words: str
) -> None:
    with app.app_context():
        assert web.ago(now() - timedelta(minutes=minutes)) == words
