"""Signed cookies, signed forms, and which spellings of an address are one."""

import multiprocessing
import unicodedata
from collections import Counter

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from wbtest.audience.email_addresses import NotAnEmail, read_email
from wbtest.audience.visitors import (
    Draw,
    FormToken,
    Visitor,
    new_visitor,
    read_cookie,
    read_form,
    sign_cookie,
    sign_form,
)

KEY = b"k" * 32
MIA = Visitor("mia", "control", 1_803_891_600, "newsletter", "phone")
FORM = FormToken(7, "test", "control", 500_000)
# What addresses are made of, right ones and wrong ones, so that many are nearly plain.
_bits = ["a", "Z", "7", "-", "--", "_", "+", ".", "xn--", "\u0131", "'", "\n", "a" * 62]
_pieces = st.lists(st.sampled_from(_bits), max_size=5).map("".join)
_right_ends = st.sampled_from(["io", "com", "museum", "example", "xn--p1ai"])
_wrong_ends = st.sampled_from(["c", "1o", "i0", "Io", "test", "local", "localhost", "arpa"])
_ends = _right_ends | _wrong_ends | st.sampled_from(["invalid", "onion"])
nearly_plain = st.builds("{}@{}.{}".format, _pieces, _pieces, _ends)


def test_a_cookie_says_what_was_written_into_it():
    assert read_cookie(KEY, sign_cookie(KEY, MIA)) == MIA


@pytest.mark.parametrize("source", ["a:b; c", "日本 ニュース", "ü" * 64, "%3A", ""])
def test_a_source_of_any_letters_survives_the_cookie(source):
    visitor = MIA._replace(source=source)
    text = sign_cookie(KEY, visitor)

    assert text.isascii()
    assert ";" not in text
    assert read_cookie(KEY, text) == visitor


def test_a_cookie_of_another_page_says_nothing():
    assert read_cookie(b"o" * 32, sign_cookie(KEY, MIA)) is None


def test_a_cookie_with_another_variant_written_in_says_nothing():
    forged = sign_cookie(KEY, MIA).replace("control", "photo")

    assert read_cookie(KEY, forged) is None


@pytest.mark.parametrize(
    "garbage", ["", ":", "::::::", "a:b:1:c:d:" + "0" * 32, "ÿ" * 40, "x" * 8_000, "\x00", "ひ"]
)
def test_garbage_is_no_cookie_and_no_form(garbage):
    assert read_cookie(KEY, garbage) is None
    assert read_form(KEY, garbage, 500_000) is None


def test_a_form_says_what_was_written_into_it():
    assert read_form(KEY, sign_form(KEY, FORM), hour=500_000) == FORM


def test_a_form_of_the_waiting_list_cannot_be_turned_into_one_of_the_test():
    text = sign_form(KEY, FORM._replace(kind="list"))

    assert read_form(KEY, text, hour=500_000) == FormToken(7, "list", "control", 500_000)
    assert read_form(KEY, text.replace("list", "test"), hour=500_000) is None


def test_a_form_is_good_for_a_day():
    text = sign_form(KEY, FORM)

    assert read_form(KEY, text, hour=500_024) == FORM
    assert read_form(KEY, text, hour=500_025) is None


def test_what_was_signed_for_a_form_is_no_cookie():
    visitor = Visitor("1", "3", 4, "5", "6")
    as_form = sign_form(KEY, FORM)

    assert read_form(KEY, sign_cookie(KEY, visitor), hour=0) is None
    assert read_cookie(KEY, as_form) is None


def test_each_visitor_has_a_number_of_their_own():
    assert len({new_visitor(1.8e9) for _ in range(1_000)}) == 1_000


def test_processes_forked_in_the_same_moment_make_different_visitors():
    with multiprocessing.get_context("fork").Pool(3) as pool:
        made = pool.map(new_visitor, [1.8e9] * 300, chunksize=100)

    assert len({*made, new_visitor(1.8e9)}) == 301


@pytest.mark.parametrize("spelling", ["A@x.io", " a@x.io", "a@X.IO", "a@x.io.", "\ta@x.io\n"])
def test_spellings_of_one_mailbox_have_one_key(spelling):
    assert read_email(spelling)[1] == "a@x.io"


def test_composed_and_decomposed_letters_are_the_same():
    composed = "jos\u00e9@b\u00fccher.example"

    assert read_email(unicodedata.normalize("NFD", composed)) == read_email(composed)


def test_a_domain_in_unicode_and_its_ascii_form_are_the_same():
    assert read_email("a@bücher.example")[1] == read_email("a@xn--bcher-kva.example")[1]


def test_what_follows_a_plus_sign_makes_another_address():
    assert read_email("a+one@x.io")[1] != read_email("a@x.io")[1]


def test_mail_goes_to_the_address_as_it_was_typed():
    assert read_email(" Ada.Lovelace@X.io ")[0] == "Ada.Lovelace@x.io"


@given(nearly_plain | st.from_regex(r"\A[a-z0-9._+-]{1,9}@[a-z0-9.-]{1,9}\.[a-z]{1,5}\Z"))
@example("postmaster@x.io")
@example("Postmaster@x.io")
@example("a@" + "d" * 63 + ".io")
@example("a@" + "d" * 64 + ".io")
@example("a@x.y.test")
@example("a@x.io\n")
@example("a@ab--c.io")
def test_an_address_is_read_by_the_rules_of_the_library(text):
    trimmed = text.strip()
    try:
        found = validate_email(trimmed, check_deliverability=False)
        by_library = found.normalized, f"{found.local_part}@{found.ascii_domain}".lower()
    except EmailNotValidError:
        by_library = None
    try:
        ours = read_email(text)
    except NotAnEmail:
        ours = None

    assert ours == by_library


def test_254_characters_are_the_most():
    domain = ".".join(["d" * 63] * 2 + ["d" * 54, "io"])
    longest = "a" * (254 - len(domain) - 1) + "@" + domain

    assert len(longest) == 254
    assert read_email(longest)[1] == longest
    with pytest.raises(NotAnEmail):
        read_email("a" + longest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@b",
        "@x.io",
        "a@",
        '"a b"@x.io',
        "a@xn--a",
        "a@x.io,b@y.io",
        "a@x.io b@y.io",
        "a@x.io\r\nBcc: v@z.io",
        "A <a@x.io>",
        "a@[127.0.0.1]",
        "a@localhost",
        "a\x00@x.io",
        "a\ud800@x.io",
        "a@x..io",
        "a" * 50_000 + "!",
    ],
)
def test_what_is_not_one_whole_address_is_refused(text):
    with pytest.raises(NotAnEmail):
        read_email(text)


THOUSANDS = range(20_000)


@pytest.mark.parametrize(
    "weights", [{"a": 1, "b": 1}, {"a": 9, "b": 1}, {"a": 1, "b": 1, "c": 1}, {"a": 1000, "b": 1}]
)
def test_visitors_are_split_as_the_weights_say(weights: dict[str, int]):
    variants = list(weights.items())
    draw = Draw("salt", variants)
    drawn = Counter(draw.variant_of(f"visitor-{number}") for number in THOUSANDS)

    total = sum(weights.values())
    for key, weight in weights.items():
        expected = len(THOUSANDS) * weight / total
        # Four standard deviations of a binomial count.
        assert abs(drawn[key] - expected) <= 4 * (expected * (1 - weight / total)) ** 0.5


def test_a_visitor_keeps_the_variant_and_another_salt_draws_again():
    names = [f"visitor-{number}" for number in range(100)]
    variants = [("a", 1), ("b", 1)]
    first, again, other = (
        [Draw(salt, variants).variant_of(name) for name in names]
        for salt in ("salt", "salt", "other")
    )

    assert first == again
    assert first != other
