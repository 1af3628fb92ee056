"""C2: one action, not two."""

import pytest


@pytest.mark.parametrize(
    ("language", "said", "words"),
    [
        ("en", "Sign up and call us.", "call"),
        ("en", "Order today at larder.example or call our shop.", "call"),
        ("en", "Book an evening and then please subscribe.", "subscribe"),
        ("en", "See larder.example or www.larder.example/shop.", "www.larder.example/shop"),
        ("en", "Forward a statement, call us, or watch the webinar.", "call"),
        ("en", "Please sign up, download the kit.", "download"),
        ("de", "Registrieren Sie sich, rufen Sie uns an.", "rufen"),
        ("de", "Jetzt registrieren oder anrufen.", "anrufen"),
        ("fr", "Inscrivez-vous et appelez-nous.", "appelez"),
        ("es", "Regístrate y llámanos.", "llámanos"),
    ],
)
def test_a_second_action_is_noted(find, language, said, words):
    assert find("C2", language=language, call_to_action={"text": said}) == [("note", words)]


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Take one photo of your fridge and get tonight’s dinner.",
        "Sign up and we call you.",
        "Order online. Visit larder.example and order.",
        "Book an evening. Bring a friend and a pen.",
        "Text your next shift to 503-555-0119. £1.50 or $29 a month and",
        "Start at larder.example. Free at larder.example until May.",
        "Book a table and book early.",
        "Order your lamp at larder.example and send it back if you lie awake.",
        "If you want to book, call 0800 555 010.",
        "Forward a statement, with the file, to start@larder.example.",
    ],
)
def test_one_action_is_fine(find, said):
    assert find("C2", call_to_action={"text": said}) == []
