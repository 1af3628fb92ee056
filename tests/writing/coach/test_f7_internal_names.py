"""F7: names from inside the company in what customers read."""

import pytest


def found(find, answer: str, language: str = "en", **parts: object):
    entry = {"audience": "external", "question": "What is it?", "answer": answer}
    return find("F7", language=language, **({"faq": [entry]} | parts))


@pytest.mark.parametrize(
    ("language", "answer", "words"),
    [
        ("en", "Project Falcon does that.", "Project Falcon"),
        ("en", "It is part of Project Falcon.", "Project Falcon"),
        ("en", "It began as our project Falcon.", "project Falcon"),
        ("en", "Its codename was Falcon.", "codename"),
        ("en", "Our growth team decides.", "Our growth team"),
        ("en", "Ask the Payments squad.", "the Payments squad"),
        ("en", "We track that in Jira.", "Jira"),
        ("en", "Our onboarding team calls you.", "Our onboarding team"),
        ("en", "We log you in Salesforce.", "Salesforce"),
        ("de", "Das macht unser Onboarding-Team.", "unser Onboarding-Team"),
        ("es", "Le llama nuestro equipo de onboarding.", "nuestro equipo de onboarding"),
        ("de", "Der Codename war Falke.", "Codename"),
        ("de", "Das macht unser Growth-Team.", "unser Growth-Team"),
        ("de", "Das gehört zu unserem Projekt Falke.", "unserem Projekt Falke"),
        ("de", "Wir sehen das in Jira.", "Jira"),
        ("fr", "Cela vient du projet Faucon.", "projet Faucon"),
        ("fr", "Notre équipe growth décide.", "Notre équipe growth"),
        ("es", "Es parte del proyecto Halcón.", "proyecto Halcón"),
        ("es", "Lo decide nuestro equipo de crecimiento.", "nuestro equipo de crecimiento"),
    ],
)
def test_an_internal_name_blocks_also_in_the_short_form(find, language, answer, words):
    assert found(find, answer, language) == [("stop", words)]
    assert found(find, answer, language, form="short") == [("stop", words)]


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("en", "Our team answers within a day. Our support team is in Leeds."),
        ("en", "It reads books of Project Gutenberg."),
        ("en", "Open Microsoft Project Online."),
        ("en", "Open “Project Falcon” in the menu, then Project Settings."),
        ("en", "A project. Falcon is a bird."),
        ("en", "You need a project, Anna."),
        ("en", "Name your project"),
        ("en", "Project managers use it; so does the growth team of a shop."),
        ("en", "Yes, it connects to Jira, and we keep nothing."),
        ("en", "Teams that plan in Jira see both."),
        ("en", "We keep your address in Salesforce, and nowhere else."),
        ("en", "We send your list into HubSpot."),
        ("en", "We built it for Salesforce. Our core team is five people."),
        ("en", "Our implementation team visits you. Our CRM is free."),
        ("en", "Our night team and our nursing team answer at any hour."),
        ("en", "Your onboarding team invites each new colleague."),
        ("en", "Project 2027 and project X are examples."),
        ("de", "Für jedes Projekt Angebote anlegen."),
        ("fr", "Le projet Voltaire est cité."),
        ("es", "Mi proyecto favorito es una hoja."),
        ("it", "Il nome in codice era Falco."),
    ],
)
def test_what_customers_know_is_left_alone(find, language, answer):
    assert found(find, answer, language) == []


def test_what_the_release_names_is_public(find):
    public = {"product": "Project Falcon", "headline": "Plan in Jira"}

    assert found(find, "Project Falcon is free. We track it in Jira.", **public) == []
    assert found(find, "Codenames is free.", product="Codenames") == []


def test_a_tool_that_a_customer_asks_for_is_no_secret(find):
    faq = [{"audience": "external", "question": "And Jira?", "answer": "We use Jira too."}]

    assert find("F7", faq=faq) == []


def test_internal_questions_may_name_anything(find):
    faq = [{"audience": "internal", "question": "Project Falcon?", "answer": "Our growth team."}]

    assert find("F7", faq=faq) == []
