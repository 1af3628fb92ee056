"""Each number of a release is sourced, assumed or imagined; what was said of it stays said."""

from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.factories import LARDER, make_release, make_revision
from tests.writing.desk import typed
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing import editor_form
from wbtest.writing.coach.claims import numbers_of
from wbtest.writing.document import (
    CallToAction,
    Document,
    Evidence,
    Question,
    Quote,
    evidence_with_answers,
    link_in,
)
from wbtest.writing.forms import number_rows
from wbtest.writing.models import Release

SIXTY = Evidence("£60", "assumed", "our own bins")
PROBLEM = "A family throws away £60 of food a month."


def said_of(document: Document) -> dict[str, str]:
    """The kind of each number that the ledger lists, '' for those of which nothing is said."""
    return {
        number.words: number.entry.kind if number.entry else ""
        for number in numbers_of(document).numbers
    }


def ledger_of(release: Release) -> tuple[Evidence, ...]:
    return documents.from_json(release.document).evidence


def row_of(release: Release, words: str, **answers: str) -> dict[str, str]:
    """What the sheet sends when these answers are given about a number."""
    document = documents.from_json(release.document)
    for entry in editor_form.sheet_of(document, release.form, release.version).evidence:
        if entry.form.words.data == words:
            return {entry.form[name].name: text for name, text in answers.items()}
    raise AssertionError(f"the sheet has no row for {words}")


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "It costs £4 a month.", "£4 a month"),
        ("en", "It knew 83 of 100 items.", "83 of 100 items"),
        ("en", "They spend 40 minutes a day on it.", "40 minutes a day"),
        ("en", "There are 2 million families.", "2 million families"),
        ("en", "One in three gives up.", "One in three gives"),
        ("en", "Rents rose by 47 % of late.", "47 %"),
        ("en", "She has 3 of them.", "3"),
        ("de", "Sie zahlen 384,50 € im Jahr.", "384,50 € im Jahr"),
        ("ja", "23人に聞いた。", "23人"),
    ],
)
def test_a_number_is_listed_with_its_unit(language: str, text: str, words: str):
    document = Document(language=language, problem=text)

    assert [number.words for number in numbers_of(document).numbers] == [words]


def test_a_number_stands_in_its_sentence():
    number = numbers_of(Document(problem=f"It rots. {PROBLEM} It smells.")).numbers[0]

    assert (number.path, number.sentence) == ("problem", PROBLEM)


def test_an_entry_speaks_of_its_number_wherever_it_stands():
    document = Document(problem=PROBLEM, solution="They keep £60.", evidence=(SIXTY,))

    assert [number.entry for number in numbers_of(document).numbers] == [SIXTY, SIXTY]


def test_of_two_entries_the_longer_one_speaks():
    longer = Evidence("£60 of food", "imagined")
    ledger = numbers_of(Document(problem=PROBLEM, evidence=(SIXTY, longer)))

    assert [number.entry for number in ledger.numbers] == [longer]
    assert ledger.gone == (SIXTY,)


@pytest.mark.parametrize("words", ["£ 60", "60", "£6", "food"])
def test_an_entry_without_the_whole_number_does_not_speak(words: str):
    entry = Evidence(words, "assumed")
    ledger = numbers_of(Document(problem=PROBLEM, evidence=(entry,)))

    assert ([number.entry for number in ledger.numbers], ledger.gone) == ([None], (entry,))


def test_capitals_and_kinds_of_spaces_make_no_difference():
    document = Document(
        problem="Ten\u00a0Families left.", evidence=(Evidence("ten families", "imagined"),)
    )

    assert said_of(document) == {"Ten\u00a0Families": "imagined"}


def test_an_imagined_customer_and_the_questions_are_listed_only_where_an_entry_names_them():
    document = Document(
        customer_quote=Quote("I save £9."),
        call_to_action=CallToAction(price="£4 a month"),
        faq=(Question("internal", "Does it see?", "Yes, 83 of 100 items."),),
    )
    entry = Evidence("83 of 100 items", "sourced", "our test")

    assert said_of(document) == {"£4 a month": ""}
    assert said_of(replace(document, evidence=(entry,))) == {
        "£4 a month": "",
        entry.words: "sourced",
    }


def test_numbers_that_rest_on_the_same_have_one_row():
    rows = numbers_of(Document(problem=PROBLEM, solution="They keep £60.", evidence=(SIXTY,))).rows

    assert [(row.words, row.sentence, row.more) for row in rows] == [("£60", PROBLEM, 1)]


def test_the_sheet_has_room_for_every_entry_before_other_numbers():
    text = " ".join(f"{number} apples." for number in range(10, 300))
    entry = Evidence("299 apples", "imagined")

    rows = number_rows(Document(problem=text, evidence=(entry,)))

    assert len(rows) == 200
    assert rows[-1].entry == entry


def test_assumptions_are_what_the_text_says_and_nobody_knows():
    gone, known = Evidence("9 %", "assumed"), Evidence("2 million families", "sourced", "census")
    text = f"{PROBLEM} There are 2 million families."
    ledger = numbers_of(Document(problem=text, evidence=(SIXTY, gone, known)))

    assert [row.words for row in ledger.assumptions] == ["£60"]


@pytest.mark.parametrize(
    ("kind", "source", "ledger"),
    [
        ("imagined", "", (Evidence("£60", "imagined"),)),
        ("sourced", "", (Evidence("£60", "sourced"),)),
        ("", "a diary", (Evidence("£60", "sourced", "a diary"),)),
        ("", "", ()),
        ("remove", "our own bins", ()),
    ],
)
def test_what_is_said_of_a_number_is_kept_as_far_as_it_goes(kind: str, source: str, ledger: tuple):
    assert evidence_with_answers((SIXTY,), [("£60", kind, source)]) == ledger


def test_entries_of_which_a_sheet_says_nothing_stay():
    assert evidence_with_answers((SIXTY,), [("£4", "imagined", "")]) == (
        SIXTY,
        Evidence("£4", "imagined"),
    )


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" https://a.example/b?c=1 ", "https://a.example/b?c=1"),
        ("http://a.example", "http://a.example"),
        ("javascript:alert(1)", ""),
        ("//a.example", ""),
        ("https://a.example and more", ""),
        ("https://bank.example@a.example", ""),
        ('https://a.example/"onclick="x', ""),
    ],
)
def test_only_the_address_of_a_page_is_a_link(text: str, address: str):
    assert link_in(text) == address


def test_a_row_keeps_its_name_while_other_numbers_come_and_go():
    def name(problem: str) -> str:
        sheet = editor_form.sheet_of(Document(problem=problem), "full", 1)
        return {row.form.words.data: row.name for row in sheet.evidence}["£60"]

    assert name(PROBLEM) == name(f"Each of 7 others says 3 times: {PROBLEM}")


def test_two_people_who_differ_about_a_number_see_only_that():
    mine, theirs = (
        editor_form.sheet_of(Document(problem=PROBLEM, evidence=(entry,)), "full", 2)
        for entry in (SIXTY, replace(SIXTY, kind="imagined"))
    )

    assert [
        (found.label, found.mine, found.theirs)
        for found in editor_form.sheet_differences(mine, theirs)
    ] == [("Number “£60”: Where it comes from", "assumed", "imagined")]


@pytest.mark.parametrize("source", ["https://bins.example", "Our own bins,\r\nfor a month"])
def test_what_a_number_rests_on_is_saved_in_one_line_and_shown_whole(client, owner, source: str):
    release = make_release(owner, problem=PROBLEM)
    answers = row_of(release, "£60", kind="sourced", source=source)

    client.post(f"/releases/{release.id}/save", data=typed(release) | answers)

    kept = source.replace("\r\n", " ")
    assert ledger_of(release) == (Evidence("£60", "sourced", kept),)
    assert f"\n{kept}</textarea>" in client.get(f"/releases/{release.id}").text


def test_an_entry_outlives_its_words_until_it_is_removed(client: FlaskClient, owner: Person):
    release = make_release(owner, problem=PROBLEM, evidence=(SIXTY,))
    address = f"/releases/{release.id}"

    client.post(f"{address}/save", data=typed(release, problem="It rots."))
    assert "No longer in the text" in client.get(address).text
    removed = row_of(release, "£60", kind="remove")
    client.post(f"{address}/save", data=typed(release) | removed)

    assert ledger_of(release) == ()
    assert "No longer in the text" not in client.get(address).text


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [({"kind": "known"}, "Choose one of these."), ({"source": "x" * 601}, "Use at most 600.")],
)
def test_what_cannot_be_kept_is_said_at_its_number(
    client: FlaskClient, owner: Person, answer: dict[str, str], sentence: str
):
    release = make_release(owner, problem=PROBLEM)
    data = typed(release) | row_of(release, "£60", **answer)

    page = client.post(f"/releases/{release.id}/save", data=data)

    assert page.status_code == 422
    assert sentence in page.text
    assert "Number “£60”" in unescape(page.text)


def test_the_short_sheet_asks_only_where_the_coach_does(client: FlaskClient, owner: Person):
    quiet = make_release(owner, form="short")
    asked = make_release(owner, form="short", problem="47 % give up.")
    page = client.get(f"/releases/{asked.id}").text

    assert "part-numbers" not in client.get(f"/releases/{quiet.id}").text
    assert 'value="47 %"' in page
    assert 'value="30 minutes"' not in page


@pytest.mark.parametrize("path", ["preview", "revisions/1?side=details"])
def test_beside_a_short_text_stands_only_what_its_sheet_asks_for(
    client: FlaskClient, owner: Person, path: str
):
    asked = make_revision(owner, form="short", problem="A family of 4 throws away £60 a month.")
    plain = make_revision(owner, form="short", problem="A family of 4 throws away food.")

    page, silent = (
        client.get(f"/releases/{text.release_id}/{path}").text for text in (asked, plain)
    )

    assert "Numbers with a source: 0 of 1." in page
    assert "Sources for numbers" not in silent


def test_a_sheet_that_shows_no_numbers_wipes_none(client: FlaskClient, owner: Person):
    release = make_release(owner, problem=PROBLEM, evidence=(SIXTY,))
    data = {n: t for n, t in typed(release).items() if not n.startswith("evidence-")}

    client.post(f"/releases/{release.id}/save", data=data | {"headline": "Other words"})

    assert ledger_of(release) == (SIXTY,)


@pytest.mark.parametrize("path", ["preview", "revisions/1?side=details"])
def test_beside_the_text_stands_what_its_numbers_rest_on(
    client: FlaskClient, owner: Person, path: str
):
    evidence = (SIXTY, Evidence("£4", "sourced", "https://fair.example/price"))
    roadmap = "javascript:alert(1)"
    revision = make_revision(owner, problem=PROBLEM, evidence=evidence, roadmap=roadmap)
    page = unescape(client.get(f"/releases/{revision.release_id}/{path}").text)

    assert "our own bins" in page
    assert '<a href="https://fair.example/price" rel="noopener' in page
    assert f"<bdi>{roadmap}</bdi>" in page
    assert f'href="{roadmap}' not in page


def test_where_a_product_belongs_is_saved_with_the_sheet(client: FlaskClient, owner: Person):
    release = make_release(owner)
    data = typed(release, vision="https://larder.example/vision", roadmap="Step two")

    client.post(f"/releases/{release.id}/save", data=data)

    document = documents.from_json(release.document)
    assert (document.vision, document.roadmap) == ("https://larder.example/vision", "Step two")
    assert replace(document, vision="", roadmap="") == LARDER
