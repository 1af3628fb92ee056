"""The check of our own style finds what it looks for."""

import pytest

from tests.words import ROOT, slips_of_module, slips_of_template

HERE = ROOT / "templates" / "x.html"


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("<p>Whoever comes is counted.</p>", "“Whoever”"),
        ('<button type="submit">Take it back</button>', "a button says “Take it back”"),
        ('{{ page.post_button(url_for("a.b", n=1), "Let it stay") }}', "says “Let it stay”"),
        ("<button>{{ 'Mint it' if new else 'Save' }}</button>", "a button says “Mint it”"),
        ('{{ forms.field(form.x, hint="' + "a" * 91 + '") }}', "a hint of 91 characters"),
    ],
)
def test_a_slip_in_a_template_is_found(source: str, what: str):
    [slip] = slips_of_template(HERE, source)

    assert what in str(slip)


def test_comments_of_a_template_and_usual_buttons_are_no_slips():
    source = '{# Whoever #}<button>Save {{ name }}</button><a class="button">Prices</a>'

    assert [*slips_of_template(HERE, source)] == []


def test_a_slip_in_a_module_is_found_in_its_texts_and_fields():
    source = (
        '"""Whoever reads this."""\n'
        'SAID = "It is mended."\n'
        'SubmitField("Do it")\n'
        f'StringField(description="{"a" * 91}")\n'
    )

    found = [str(slip).partition(": ")[2] for slip in slips_of_module(HERE, source)]

    assert found == ["“mended”", "a button says “Do it”", "a hint of 91 characters"]
