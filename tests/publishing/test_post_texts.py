"""The texts that founders post with a link to their page."""

from dataclasses import replace

import pytest

from tests.conftest import Browser
from tests.factories import (
    LARDER,
    Team,
    make_approval,
    make_experiment,
    make_old_approval,
    make_revision,
    make_running,
)
from wbtest.publishing.correction_requests import (
    approve_corrections,
    digest_of,
    digest_of_waiting,
    present_texts,
    submit_corrections,
)
from wbtest.publishing.page_copy import LONGEST, PageCopy, build_copy
from wbtest.publishing.page_strings import LANGUAGES, strings_for
from wbtest.publishing.post_texts import Post, shorten, weight, write_post
from wbtest.publishing.sources import CHANNELS
from wbtest.publishing.tracking_links import Link, add_links, link_address
from wbtest.writing.document import CallToAction
from wbtest.writing.models import Revision

SPOKEN = sorted(file.stem for file in LANGUAGES.glob("*.toml"))
WORDS = {
    "ar": "خمس وجبات عشاء في أيام الأسبوع ",
    "de": "Fünf Abendessen unter der Woche ",
    "en": "Five dinners on weeknights ",
    "es": "Cinco cenas entre semana ",
    "fr": "Cinq dîners en semaine ",
    "ja": "冷蔵庫の写真から平日の夕食を五つ",
}


LONGEST_PARTS = ("headline", "subheading", "cta_text")


def page_in(language: str, **parts: str) -> PageCopy:
    """The page of LARDER in another language, with the longest texts there may be."""
    words = {name: (WORDS[language] * 40)[: LONGEST[name]].strip() for name in LONGEST_PARTS}
    return replace(build_copy(replace(LARDER, language=language)), **(words | parts))


def post(page: PageCopy, source: str, *, is_told: bool = True) -> Post:
    link = Link(source, "social", "c" * 40)
    return write_post(
        page, source, link_address(link, "https://larder.example/p/larder"), is_told=is_told
    )


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("source", [*CHANNELS, "meetup"])
def test_the_longest_headline_leaves_a_post_within_its_length(source: str, language: str):
    found = post(page_in(language), source)

    assert 0 < found.length <= found.longest
    assert "https://" in found.text or source == "flyer"


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("source", ["reddit", "hackernews", "producthunt"])
def test_a_title_is_within_its_length_and_begins_with_the_headline(source: str, language: str):
    title = post(page_in(language), source).title

    assert len(title) <= CHANNELS[source].title
    assert WORDS[language][:8] in title


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("source", [*CHANNELS, "meetup"])
def test_every_post_says_that_the_product_does_not_exist_yet(source: str, language: str):
    assert strings_for(language).post_not_yet in post(page_in(language), source).text


@pytest.mark.parametrize("source", [*CHANNELS, "meetup"])
def test_a_post_is_silent_on_it_where_the_page_is(source: str):
    found = post(build_copy(LARDER), source, is_told=False)

    assert strings_for("en").post_not_yet not in found.text
    assert "Ask HN" not in found.title


def test_hacker_news_is_asked_and_shown_nothing():
    short = replace(LARDER, headline="Five dinners from what is already there")

    title = post(build_copy(short), "hackernews").title

    assert title == "Ask HN: Would you use this? Five dinners from what is already there"


def test_a_headline_with_no_room_beside_the_question_is_the_question():
    title = post(build_copy(LARDER), "hackernews").title

    assert title == f"Ask HN: {LARDER.headline.rstrip('.')}?"


def test_a_title_is_cut_at_the_end_of_a_phrase_where_there_is_one():
    long = replace(
        LARDER, headline="Five dinners from your own kitchen, planned from one photo you take"
    )

    assert post(build_copy(long), "producthunt").title == "Five dinners from your own kitchen"


def test_a_post_has_headline_subheading_and_call_to_action_and_nothing_else():
    found = post(build_copy(LARDER), "whatsapp")

    assert found.text.split("\n\n") == [
        LARDER.headline,
        LARDER.subheading,
        strings_for("en").post_not_yet,
        LARDER.call_to_action.text,
        link_address(Link("whatsapp", "social", "c" * 40), "https://larder.example/p/larder"),
    ]


def test_a_newsletter_gets_one_paragraph_of_whole_sentences():
    paragraph, address = post(build_copy(LARDER), "newsletter").text.split("\n")

    assert paragraph.startswith(f"{LARDER.headline}. {LARDER.subheading} It doesn’t exist yet")
    assert address.startswith("https://")


def test_a_title_that_says_the_whole_headline_is_not_repeated_in_the_text():
    found = post(build_copy(LARDER), "reddit")

    assert found.title == LARDER.headline
    assert LARDER.headline not in found.text


def test_a_flyer_has_its_code_instead_of_an_address():
    assert "http" not in post(build_copy(LARDER), "flyer").text


def test_x_counts_an_address_as_23_and_wide_letters_twice():
    short = post(replace(build_copy(LARDER), headline="五", subheading="", cta_text=""), "x")

    assert short.length == 2 + 2 + weight(strings_for("en").post_not_yet) + 2 + 23


def test_a_name_that_x_takes_for_an_address_counts_as_one():
    assert weight("See ai.io now") == len("See ") + 23 + len(" now")


@pytest.mark.parametrize("room", range(1, 12))
def test_no_emoji_and_no_letter_with_a_mark_is_cut_apart(room: int):
    whole = "👩‍🍳e\N{COMBINING ACUTE ACCENT}a"

    kept = shorten(whole * 3, room).removesuffix("…")

    assert kept[-1:] not in ("\u200d", "👩", "e")
    assert (whole * 3).startswith(kept)


def test_an_address_of_any_length_leaves_the_beginning_of_the_headline():
    link = Link("whatsapp", "📣" * 40, "📣" * 40)
    found = write_post(
        page_in("en"), "whatsapp", link_address(link, "https://a.example/p/a"), is_told=True
    )

    assert found.text.startswith("Five dinners on weeknights Five")


def test_a_language_that_nobody_translated_gets_the_english_sentence():
    page = replace(build_copy(LARDER), language="nl")

    assert strings_for("en").post_not_yet in post(page, "x").text


def test_hostile_words_stay_words(owner: Browser, team: Team):
    headline = "</textarea><script>alert(1)</script> {headline} %s"
    revision = make_revision(team.editor, headline=headline, call_to_action=CallToAction("{0}"))
    make_old_approval(revision, team.owner)
    experiment = make_experiment(revision, team.editor)
    add_links(experiment, team.editor, "hackernews, x")

    page = owner.get(f"/experiments/{experiment.id}").text

    assert "<script>alert" not in page
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt; {headline} %s" in page


def test_a_text_that_nobody_approved_is_not_offered(owner: Browser, team: Team):
    experiment = make_experiment(make_revision(team.editor), team.editor)
    add_links(experiment, team.editor, "x")

    page = owner.get(f"/experiments/{experiment.id}").text

    assert "once the release is approved" in page
    assert "we’re finding out whether to build it" not in page


def test_a_post_says_what_was_corrected_on_the_page(owner: Browser, revision: Revision, team: Team):
    make_approval(revision, team.owner)
    running = make_running(revision, team.editor, team.owner)
    texts = present_texts(running)
    changed = {"headline": f"{LARDER.headline}!"}
    submit_corrections(running, team.editor, changed, read=digest_of(texts))
    add_links(running, team.editor, "whatsapp")
    before = owner.get(f"/experiments/{running.id}").text

    approve_corrections(running, team.approver, digest_of_waiting(running))

    after = owner.get(f"/experiments/{running.id}").text
    assert [f"{LARDER.headline}!\n\n" in page for page in (before, after)] == [False, True]


def test_a_page_that_tells_afterwards_has_silent_posts(owner: Browser, team: Team):
    revision = make_revision(team.editor)
    make_approval(revision, team.owner)
    experiment = make_experiment(revision, team.editor, disclosure="after")
    add_links(experiment, team.editor, "whatsapp")

    page = owner.get(f"/experiments/{experiment.id}").text

    assert f"{LARDER.subheading}\n\n{LARDER.call_to_action.text}\n\nhttp" in page
