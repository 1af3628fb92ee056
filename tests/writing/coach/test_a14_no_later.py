"""A14: what is put off, and who may say so."""

import pytest

SETTLED = {"owner": "Priya", "until": "2027-04-15", "settled_by": "a diary study"}


def asked(audience, answer, unknown=None):
    entry = {"audience": audience, "question": "Why?", "answer": answer}
    return [entry | ({"open": unknown} if unknown else {})]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "We'll figure that out later.", "We'll figure that out later"),
        ("en", "We’ll decide that later.", "We’ll decide that later"),
        ("en", "The price is to be decided.", "to be decided"),
        ("en", "The price will be announced at a later date.", "will be announced at a later date"),
        ("en", "We don’t know that yet.", "We don’t know that yet"),
        ("en", "Price: TBC", "TBC"),
        ("en", "We are still working that out.", "We are still working that out"),
        (
            "en",
            "Pricing will be finalised closer to launch.",
            "will be finalised closer to launch",
        ),
        ("en", "To be discussed.", "To be discussed"),
        ("en", "No idea yet.", "No idea yet"),
        ("de", "Noch unklar.", "Noch unklar"),
        ("fr", "À définir.", "À définir"),
        ("es", "Por definir.", "Por definir"),
        ("de", "Das klären wir später.", "klären wir später"),
        ("de", "Der Preis steht noch nicht fest.", "steht noch nicht fest"),
        ("fr", "Nous verrons cela plus tard.", "Nous verrons cela plus tard"),
        ("es", "Eso lo veremos más adelante.", "lo veremos más adelante"),
        ("ja", "それは後で決めます。", "後で決め"),
        ("ar", "سنقرر ذلك لاحقًا.", "سنقرر ذلك لاحقًا"),
        ("de", "Das klären wir noch.", "Das klären wir noch"),
        (
            "en",
            "It is to be agreed with the bank in due course.",
            "to be agreed with the bank in due course",
        ),
        ("en", "We’re currently exploring that.", "We’re currently exploring"),
        ("en", "The fee has yet to be decided.", "has yet to be decided"),
        ("en", "Time will tell.", "Time will tell"),
        ("de", "Das wird noch geprüft.", "Das wird noch geprüft"),
        ("fr", "Rien n’est encore décidé.", "Rien n’est encore décidé"),
        ("es", "Ya veremos.", "Ya veremos"),
        ("en", "We will look at it after launch.", "We will look at it after launch"),
        ("en", "That is a thing we still need to work out.", "we still need to work out"),
        ("de", "Das können wir noch nicht sagen.", "Das können wir noch nicht sagen"),
        ("fr", "Ce n’est pas encore tranché.", "Ce n’est pas encore tranché"),
        ("es", "Está por ver.", "Está por ver"),
    ],
)
def test_what_is_put_off_blocks(find, language, text, words):
    assert find("A14", language=language, faq=asked("external", text)) == [("stop", words)]


@pytest.mark.parametrize(
    "text",
    [
        "You can change it at a later date.",
        "Bookings have to be confirmed by the host.",
        "We never see your photos. You can look at them later.",
        "We decide nothing for you. What you cook comes later.",
        "“We’ll figure it out later,” she says.",
        "We do not know your name.",
        "We have not decided to charge guests, and we never will.",
        "It lists what is left to be discussed, and who has no idea yet.",
        "The call will be short, and closer to launch you hear more.",
        "She is still working on her garden.",
        "We decide with you later.",
        "We look at the light later, at dusk.",
        "We’ll announce it later today.",
        "We look at each photo for a minute, then we forget it, and nobody finds it a year later.",
        "Rent is to be agreed between you and the host.",
        "Text us, and a minute later we’re looking into it. You still need to decide what to cook.",
        "The clock is old; time will tell you when. We confirm each date by text.",
        "It marks what has yet to be agreed, or is still being drafted.",
        "Since the launch we look after each box. After launch, cooks keep their list.",
    ],
)
def test_what_is_settled_is_left_alone(find, text):
    assert find("A14", faq=asked("external", text)) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Wir sehen uns später. Das Angebot gilt später auch für Kunden."),
        ("fr", "Nous verrons nos amis plus tard. Vous le déciderez plus tard."),
        ("es", "Nos veremos más tarde. Después veremos una película."),
        ("ja", "検討中の方へ。日時は後で決められます。"),
        ("ar", "سنرى الجيران لاحقًا."),
        ("de", "Offene Fragen klären wir noch am selben Tag."),
        ("de", "Ihr Antrag wird noch am selben Tag geprüft."),
        ("es", "Ya veremos la ciudad juntos."),
    ],
)
def test_what_people_do_later_is_left_alone(find, language, text):
    assert find("A14", language=language, faq=asked("external", text)) == []


def test_the_release_puts_nothing_off(find):
    assert find("A14", summary="The price is to be decided.") == [("stop", "to be decided")]


def test_people_may_put_off_what_they_like(find):
    assert find("A14", problem="We’ll decide that later, they say each May.") == []


@pytest.mark.parametrize(
    ("unknown", "found"),
    [
        (SETTLED, []),
        (None, [("stop", "We look at the risks at a later date")]),
        (SETTLED | {"owner": " "}, [("stop", "We look at the risks at a later date")]),
        (SETTLED | {"until": ""}, [("stop", "We look at the risks at a later date")]),
        (SETTLED | {"settled_by": ""}, [("stop", "We look at the risks at a later date")]),
    ],
)
def test_the_team_may_when_somebody_settles_it_by_a_day(find, unknown, found):
    faq = asked("internal", "We look at the risks at a later date.", unknown)
    assert find("A14", faq=faq) == found


def test_the_team_has_no_idea_without_an_owner(find):
    assert find("A14", faq=asked("internal", "No idea yet.")) == [("stop", "No idea yet")]
    assert find("A14", faq=asked("internal", "No idea yet.", SETTLED)) == []


def test_customers_get_no_open_question(find):
    faq = asked("external", "We decide later.", SETTLED)
    assert find("A14", faq=faq) == [("stop", "We decide later")]


def test_a_later_before_is_none(find):
    assert find("A14", faq=asked("external", "Later on, we decide it for you.")) == []


def test_what_the_company_puts_off_in_today_and_better_is_marked(find):
    said = "They guess. We will figure out allergies later."

    assert find("A14", alternative=said) == [("stop", "We will figure out allergies later")]


@pytest.mark.parametrize(
    "said",
    [
        "They decide later what to cook.",
        "“We will decide later,” says Amira.",
        "Later we will eat.",
    ],
)
def test_what_people_put_off_today_is_their_story(find, said):
    assert find("A14", alternative=said) == []
