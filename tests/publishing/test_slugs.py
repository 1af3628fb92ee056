"""Addresses of pages: what they may be, and what is proposed."""

import pytest

from wbtest.publishing import experiments


@pytest.mark.parametrize("slug", ["ab", "larder", "larder-2", "5-dinners", "a--b", "x" * 60])
def test_small_ascii_letters_digits_and_hyphens_make_an_address(slug: str):
    assert experiments.find_slug_fault(slug) == ""


@pytest.mark.parametrize(
    "slug",
    [
        *("", "-", "a", "-larder", "larder-", "Larder", "LARDER", "x" * 61, "x" * 300),
        *("..", "%2e%2e", "a/b", "a b", "a.b", "larder\n", "larder\x00"),
        *("аpple", "crème", "٣٣", "ｌarder"),
        *("admin", "api", "con", "p", "static", "nul"),
    ],
)
def test_everything_else_is_refused_with_a_sentence(slug: str):
    assert experiments.find_slug_fault(slug).endswith(".")


def test_capitals_are_named_as_the_reason():
    assert experiments.find_slug_fault("Larder") == "Use small letters only."


def test_a_long_text_is_refused_without_being_searched_through():
    assert experiments.find_slug_fault("-" * 50_000 + "!")


@pytest.mark.parametrize(
    ("product", "proposal"),
    [
        ("Larder", "larder"),
        ("  The Night Bus! ", "the-night-bus"),
        ("Crème Brûlée", "creme-brulee"),
        ("平日の夕食", "page"),
        ("", "page"),
        ("Admin", "admin-2"),
        ("A", "a-2"),
        ("x" * 200, "x" * 56),
    ],
)
def test_a_product_name_gives_a_proposal(product: str, proposal: str):
    assert experiments.propose_slug(product) == proposal
    assert experiments.find_slug_fault(proposal) == ""


def test_a_proposal_avoids_what_is_taken():
    assert experiments.propose_slug("Larder", {"larder", "larder-2"}) == "larder-3"
