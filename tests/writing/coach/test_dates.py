"""Days of the calendar as each language writes them."""

import pytest

from wbtest.writing.coach.numbers import days_in


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "on 3 March 2027", (2027, 3, 3)),
        ("en", "on March 3, 2027", (2027, 3, 3)),
        ("en", "on March 3rd", (0, 3, 3)),
        ("en", "in March 2027", (2027, 3, 0)),
        ("en", "on 2027-03-03", (2027, 3, 3)),
        ("en", "on 03/04/2027", (2027, 0, 0)),
        ("de", "am 3. März 2027", (2027, 3, 3)),
        ("de", "am 3.3.2027", (2027, 3, 3)),
        ("fr", "le 1er mars 2027", (2027, 3, 1)),
        ("es", "el 3 de marzo de 2027", (2027, 3, 3)),
        ("ja", "2027年3月3日", (2027, 3, 3)),
        ("ja", "3月", (0, 3, 0)),
        ("ar", "٣ مارس ٢٠٢٧", (2027, 3, 3)),
    ],
)
def test_a_day_is_read(language, text, day):
    assert [found[2:] for found in days_in(text, language)] == [day]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "They may cook and march 5 miles."),
        ("en", "In May she cooks."),
        ("en", "on 2027-13-41"),
        ("it", "il 3 marzo 2027"),
    ],
)
def test_what_is_no_day_is_left_alone(language, text):
    assert days_in(text, language) == ()
