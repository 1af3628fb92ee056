"""A8: the company's excitement, and the feelings of everybody else."""

import pytest


def said(text):
    return {"company_quote": {"text": text, "speaker": "Tom Okafor", "role": "founder"}}


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "We are thrilled to announce Larder.", "thrilled to"),
        ("en", "I am so proud to be part of this.", "proud to"),
        ("en", "Larder is delighted to help.", "delighted to"),
        ("en", "Okafor & Daughters, pleased to introduce a plan.", "pleased to"),
        ("en", "We’re honored to serve you.", "honored to"),
        ("en", "We could not be happier to share it.", "could not be happier"),
        ("en", "We can’t wait for you to try it.", "can’t wait"),
        ("de", "Wir freuen uns, Larder zu zeigen.", "Wir freuen uns"),
        ("fr", "Nous sommes ravis de vous présenter Larder.", "sommes ravis de"),
        ("fr", "Nous sommes fiers d’annoncer Larder.", "sommes fiers d’annoncer"),
        ("es", "Nos complace presentar Larder.", "Nos complace"),
        ("en", "It gives us great pleasure to present Larder.", "great pleasure to"),
        ("en", "We take great pride in our soup.", "great pride in"),
        ("en", "We are happy to announce Larder.", "happy to announce"),
        ("de", "Es ist mir eine große Freude.", "Es ist mir eine große Freude"),
        ("fr", "C’est avec une grande joie que Larder ouvre.", "avec une grande joie"),
        ("es", "Es un placer presentar Larder.", "Es un placer presentar"),
    ],
)
def test_company_excitement_is_marked(find, language, text, words):
    assert find("A8", language=language, **said(text)) == [("warn", words)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Ben is excited to go to school."),
        ("en", "Her mother was proud to a fault."),
        ("en", "The children are thrilled."),
        ("en", "The children can’t wait for dinner, and she could not be happier."),
        ("fr", "Ses enfants sont ravis de leur soirée."),
        ("ja", "とてもうれしいです。"),
        ("en", "Guests find it a great pleasure to cook."),
        ("en", "We are happy to take it back within 30 days."),
        ("de", "Die Kinder haben große Freude am Kochen."),
        ("fr", "Ils mangent avec joie."),
        ("es", "Cocinar es un placer."),
    ],
)
def test_the_feelings_of_others_are_left_alone(find, language, text):
    assert find("A8", language=language, problem=text) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "I am excited to come home."), ("de", "Wir freuen uns auf den Abend.")],
)
def test_a_customer_may_feel_what_they_like(find, language, text):
    quote = {"text": text, "speaker": "Amira", "role": "a mother in Leeds"}
    assert find("A8", language=language, customer_quote=quote) == []


def test_a_customer_announces_nothing(find):
    quote = {"text": "I am excited to announce Larder.", "speaker": "Amira", "role": "mother"}
    assert find("A8", customer_quote=quote) == [("warn", "excited to")]


def test_a_text_may_end_there(find):
    assert find("A8", solution="They were pleased to") == []
