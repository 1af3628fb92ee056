"""A7: hype hits, and words that only look like it."""

import pytest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A revolutionary way to cook.", "revolutionary"),
        ("It is a game-changing app.", "game-changing"),
        ("It seamlessly plans.", "seamlessly"),
        ("It is a unique experience.", "unique"),
        ("A world-class kitchen.", "world-class"),
        ("Setting it up is easy.", "easy"),
        ("It is a quantum leap in listening.", "quantum leap"),
        ("It is the best lamp ever.", "best lamp ever"),
        ("It is our most useful lamp ever.", "most useful lamp ever"),
        ("It is the smartest booking app.", "smartest booking app"),
        ("Ours is Kent's most advanced parking system.", "most advanced parking system"),
        ("It is the first tool of its kind.", "first tool of its kind"),
        ("It is the easiest dinner.", "easiest"),
        ("It has the world's most accurate scale.", "most accurate"),
        ("It is the perfect companion.", "perfect companion"),
        ("It is a no-brainer.", "no-brainer"),
    ],
)
def test_a_claim_is_marked(find, text, words):
    assert find("A7", solution=text) == [("warn", words)]


@pytest.mark.parametrize(
    "text",
    [
        "The Revolution of 1789 is over.",
        "Setting it up is easy: it takes 2 minutes.",
        "Setting it up is easy: it takes five minutes.",
        "She settles them quickly, with one click.",
        "It is the best soup she ever ate. Has the guest ever come?",
        "The oldest, if ever, comes last. The forest ever grows. Best ever.",
        "She broke her fast at dusk in 20 minutes.",
        "The game is changing hands.",
        "Each box has a unique number and a unique link.",
        "The children are fast asleep.",
        "She drinks instant coffee on the train.",
        "The best of the tools hang on the wall. Their best people use the app.",
        "The best, and only, app is none. Each tool lies beside others of its kind.",
        "The bus simply stopped. She simply didn't know.",
        "Her mother's best recipe is here. The world's most visited museum has perfect light.",
    ],
)
def test_what_is_no_claim_is_left_alone(find, text):
    assert find("A7", solution=text) == []


def test_in_the_headline_it_blocks(find):
    assert find("A7", headline="Revolutionary dinners for parents") == [("stop", "Revolutionary")]


def test_the_greatest_ever_blocks_in_the_headline(find):
    headline = "The smartest baby lamp ever made, now in amber"
    assert find("A7", headline=headline) == [("stop", "smartest baby lamp ever")]


def test_customers_may_call_it_the_greatest_ever(find):
    assert find("A7", customer_quote={"text": "It is the best lamp ever."}) == []


def test_in_the_short_form_it_only_informs(find):
    assert find("A7", form="short", problem="A seamless app.") == [("note", "seamless")]


def test_other_languages_are_not_judged(find):
    assert find("A7", language="fr", solution="Un jardin unique.") == []
