"""A dot between two facts stays at the end of a line, whatever way a template writes it."""

import pytest
from jinja2 import Environment

from wbtest.dots import KeptDots


@pytest.mark.parametrize(
    "template",
    [
        "{{ one }} · {{ two }}",
        "{{ one }} ·\n{{ two }}",
        "{{ one }}\n  · {{ two }}",
        "{{ one }}{% if two %} ·{% endif %} {{ two }}",
        "{{ one ~ ' · ' ~ two }}",
        "{{ [one, two]|join(' · ') }}",
        "{{ one }} <span>· {{ two }}</span>",
    ],
)
def test_a_dot_stays_with_the_fact_before_it(template):
    shown = Environment(autoescape=True, extensions=[KeptDots]).from_string(template)

    words = shown.render(one="3 variants", two="weight 1").replace("<span>", "")

    assert words.startswith("3 variants\u00a0·")


@pytest.mark.parametrize("words", ["a · b", "·\n·", "··· sure enough"])
def test_what_somebody_typed_stays_as_it_is(words):
    shown = Environment(autoescape=True, extensions=[KeptDots]).from_string("{{ words }}")

    assert shown.render(words=words) == words
