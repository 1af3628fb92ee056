"""What counts as typed: a text of which nothing can be seen is none."""

import pytest

from wbtest.store import Invalid
from wbtest.writing.text_rules import gives_reason, kept_text, needed_text

UNSEEN = [
    "",
    " \n",
    "\u200b",
    "\u00a0\u2060\ufeff",
    "\u3164 \u115f",
    "\u2800",
    "\u00ad",
    "\U000e0041",
]


@pytest.mark.parametrize("typed", UNSEEN)
def test_what_cannot_be_seen_is_as_good_as_nothing(typed: str):
    assert kept_text("why", typed, 100) == ""
    with pytest.raises(Invalid, match="Say why"):
        needed_text("why", typed, 100, "Say why.")


@pytest.mark.parametrize("typed", ["?", "あ", "👍", "\u0644\u200c\u0627"])
def test_what_can_be_seen_is_kept_as_it_was_typed(typed: str):
    assert needed_text("why", f" {typed}\r\n", 100, "Say why.") == typed


@pytest.mark.parametrize(
    ("typed", "is_one"),
    [
        ("Nobody wants it.", True),
        ("お金がもうない。", True),
        ("yes", False),
        ("- - -", False),
        ("a\u200b b\u200b", False),
        ("\u3164 \u3164 \u3164", False),
    ],
)
def test_a_reason_has_three_words_in_any_script(typed: str, is_one: bool):
    assert gives_reason(typed) is is_one
