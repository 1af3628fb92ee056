"""S4: a subheading without a verb of change."""

import pytest


@pytest.mark.parametrize(
    "subheading",
    [
        "Larder is an app for parents.",
        "Larder is here for farmers who sell at the gate.",
        "SwapShift is there for managers.",
        "Parents and what they save",
        "…",
    ],
)
def test_a_subheading_without_a_change_is_marked(find, subheading):
    found = find(
        "S4",
        product="SwapShift",
        segment="farmers who sell at the gate",
        subheading=subheading,
    )

    assert found == [("warn", subheading)]


@pytest.mark.parametrize(
    "subheading",
    [
        "Parents save an hour a week.",
        "Farmers stop watching the honesty box.",
        "Nurses get a shared ride to their door.",
        "Dinner for parents, without the shopping list.",
        "Parents have dinner in 10 minutes.",
        "Parents no longer ask what is for dinner.",
    ],
)
def test_a_change_is_enough(find, subheading):
    assert find("S4", subheading=subheading) == []


def test_other_languages_are_not_judged(find):
    assert find("S4", language="fr", subheading="Une appli pour les parents.") == []


def test_in_the_short_form_it_only_informs(find):
    said = "An app for parents."

    assert find("S4", form="short", subheading=said) == [("note", said)]
