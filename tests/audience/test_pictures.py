"""How a look reaches strangers: style, pictures, and who may fetch them."""

import base64
import gzip
import hashlib
import re
from io import BytesIO
from random import Random

import pytest
from flask import Flask
from PIL import Image

from tests.audience.larder import Larder, Visitor, draft_page, words_in
from tests.factories import log_in, make_checked, make_stranger
from tests.publishing.test_images import picture
from wbtest.publishing import lifecycle
from wbtest.publishing.display import preview_token
from wbtest.publishing.experiments import change_variant
from wbtest.publishing.images import add_image, picture_of
from wbtest.publishing.page_design import PALETTES, PHOTO_SIDE, Look
from wbtest.publishing.page_settings import change_look, change_wording
from wbtest.writing.document import EXTERNAL_TOPICS

LONGEST_PAGE = 14 * 1024
QUOTE = {"text": "We cook.", "speaker": "Tom & Mei", "role": "founders"}
PARTS = ("problem", "alternative", "solution", "why_now")


def dress(larder: Larder, palette: str = "dawn", size: tuple[int, int] = (1600, 900)) -> Larder:
    """Give the draft a look with everything on."""
    hero = add_image(larder.editor, picture(size=size))
    logo = add_image(larder.editor, picture(size=(300, 60)))
    photo = add_image(larder.editor, picture(size=(900, 1200)), side=PHOTO_SIDE)
    look = Look(
        palette=palette, accent="#0b5c8a", family="newsreader", corner="sharp", salt="7",
        logo=picture_of(logo).name, hero=picture_of(hero).name, hero_alt="A full fridge & a table",
        photo=picture_of(photo).name,
    )  # fmt: skip
    change_look(larder.experiment, larder.editor, look)
    return larder


def open_page(larder: Larder) -> None:
    """Start what is a draft."""
    lifecycle.start(make_checked(larder.experiment, larder.editor), larder.approver)


def picture_urls(page: str) -> list[str]:
    return re.findall(r"/p/larder/images/[\w-]+\.webp", page)


@pytest.fixture
def draft(app: Flask) -> Larder:
    variants = {"photo": {"headline": "Dinner from a photo"}}
    return dress(draft_page(variants=variants, company_quote=QUOTE))


@pytest.fixture
def started(draft: Larder) -> Larder:
    open_page(draft)
    return draft


def icons_of(page: str) -> list[str]:
    """The addresses of a page's icon and of that for a home screen."""
    return re.findall(r'<link rel="(?:icon|apple-touch-icon)" href="(.*?)">', page)


@pytest.mark.parametrize("path", ["", "/thanks", "/privacy", "/object"])
def test_each_page_names_its_icon_made_from_the_name_and_one_for_a_home_screen(app, path):
    open_page(draft_page())

    icon, large = icons_of(Visitor(app).get(f"/p/larder{path}").text)

    assert icon.startswith("data:image/svg+xml,")
    assert large == "/p/larder/icon.png"


@pytest.mark.parametrize("path", ["", "/privacy"])
def test_a_founders_logo_is_the_icon_of_their_pages(app, path):
    larder = draft_page()
    logo = picture_of(add_image(larder.editor, picture(size=(200, 100))))
    change_look(larder.experiment, larder.editor, Look(logo=logo.name))
    open_page(larder)
    mia = Visitor(app)

    assert icons_of(mia.get(f"/p/larder{path}").text) == ["/p/larder/icon.png"] * 2
    drawn = Image.open(BytesIO(mia.get("/p/larder/icon.png").data)).convert("RGB")
    # Above and below a wide logo there is the colour of a card.
    assert drawn.size == (180, 180)
    card = bytes.fromhex(PALETTES[Look().palette].light["card"][1:])
    assert max(abs(a - b) for a, b in zip(drawn.getpixel((90, 20)), card, strict=True)) <= 8
    assert drawn.getpixel((90, 75))[0] > 150 > drawn.getpixel((90, 75))[1]


def test_a_word_mark_is_no_icon(app, started):
    assert icons_of(Visitor(app).get().text)[0].startswith("data:image/svg+xml,")


def test_a_draft_with_a_logo_has_the_icon_made_from_the_name(app):
    larder = draft_page()
    logo = picture_of(add_image(larder.editor, picture(size=(200, 200))))
    change_look(larder.experiment, larder.editor, Look(logo=logo.name))
    mia = Visitor(app)
    log_in(mia.browser, larder.editor)

    shown = mia.get(f"/p/larder?preview={preview_token(larder.experiment, 'control')}").text

    assert icons_of(shown)[0].startswith("data:image/svg+xml,")


def prose(words: int) -> str:
    """So many words, none like another, so that they compress no better than a text."""
    letters = Random(words)
    return " ".join("".join(letters.choices("etaoinshrdlu", k=5)) for _ in range(words))


def test_a_page_with_everything_on_fits_into_one_round_trip(app: Flask):
    faq = [
        {"audience": "external", "question": prose(8 + n), "answer": prose(60 + n), "topic": topic}
        for n, topic in enumerate(EXTERNAL_TOPICS)
    ]
    parts = {name: prose(100 + n) for n, name in enumerate(PARTS)}
    larder = dress(draft_page(asks_name=True, faq=faq, **parts))
    change_wording(
        larder.experiment, larder.editor, {"again": "Come in, all of you", "today": "Until now"}
    )
    open_page(larder)

    page = Visitor(app, **{"Accept-Encoding": "gzip"}).get()

    assert len(gzip.decompress(page.data)) > 20_000
    assert len(page.data) <= LONGEST_PAGE


@pytest.mark.parametrize("path", ["", "/thanks", "/privacy", "/object"])
def test_every_page_of_an_experiment_wears_its_look(path: str, app: Flask, started: Larder):
    page = Visitor(app).get(f"/p/larder{path}")

    policy = page.headers["Content-Security-Policy"]
    styles = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert PALETTES["dawn"].light["paper"] in styles[0]
    for style in styles:
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert 'alt="Larder"' in page.text


def test_the_picture_is_in_the_place_of_the_mosaic_beside_the_headline(app: Flask, started: Larder):
    page = Visitor(app).get().text

    tag = re.search(r'<img class="art own"([^>]*)>', page)
    assert tag is not None
    assert tag.start() < page.index("<h1>")
    for part in ('decoding="async"', 'width="1280"', 'height="720"'):
        assert part in tag[1]
    assert 'alt="A full fridge &amp; a table"' in tag[1]
    assert re.search(r'srcset="\S+-640\.webp 640w, \S+-1280\.webp 1280w"', tag[1])
    assert "og:image" in page


def test_the_photo_is_beside_the_founders_name(app: Flask, started: Larder):
    page = Visitor(app).get().text

    who = re.search(r'<p class="who">(.*?)</p>', page, re.DOTALL)
    assert who is not None
    tag = re.search(r'<img src="/p/larder/images/\w+-192\.webp"([^>]*)>', who[1])
    assert tag is not None
    for part in ('width="64"', 'height="64"', 'loading="lazy"', 'alt="Tom &amp; Mei"'):
        assert part in tag[1]
    assert "<i " not in who[1]


def test_without_a_photo_there_are_initials(app: Flask):
    open_page(draft_page(company_quote=QUOTE))

    assert '<i aria-hidden="true">TM</i>' in Visitor(app).get().text


def test_a_started_page_shows_its_pictures_to_everybody(app: Flask, started: Larder):
    somebody = Visitor(app)
    for url in set(picture_urls(somebody.get().text)):
        answer = somebody.get(url)

        assert answer.status_code == 200
        assert answer.data[:4] == b"RIFF"
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Content-Disposition"].startswith('inline; filename="')
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers


def test_a_picture_that_no_page_shows_is_for_its_team_alone(app: Flask, started: Larder):
    unused = add_image(started.editor, picture(size=(50, 50)))
    url = picture_of(unused).address("/p/larder")
    member, stranger = Visitor(app), Visitor(app)
    log_in(member.browser, started.editor)
    log_in(stranger.browser, make_stranger("eve@rivals.example"))

    assert Visitor(app).get(url).status_code == stranger.get(url).status_code == 404
    assert member.get(url).status_code == 200
    assert member.get(url).headers["Cache-Control"] == "private, no-store"


def test_the_pictures_of_a_draft_are_for_its_team_alone(app: Flask, draft: Larder):
    url = picture_of(add_image(draft.editor, picture())).address("/p/larder")
    member, stranger = Visitor(app), Visitor(app)
    log_in(member.browser, draft.editor)
    log_in(stranger.browser, make_stranger("eve@rivals.example"))

    refused = Visitor(app).get(url)
    missing = Visitor(app).get("/p/nowhere/images/x-640.webp")
    assert refused.status_code == stranger.get(url).status_code == missing.status_code == 404
    # Only the id of the error differs.
    assert len(refused.data) == len(missing.data)
    assert member.get(url).status_code == 200


@pytest.mark.parametrize("name", ["x-640", f"{'0' * 64}-640", "..%2f..-640", "x-99999999999"])
def test_an_address_that_names_no_picture_finds_none(name: str, app: Flask, started: Larder):
    assert Visitor(app).get(f"/p/larder/images/{name}.webp").status_code == 404


def test_a_variant_without_the_picture_loads_none(app: Flask, draft: Larder):
    control, photo = draft.experiment.variants
    for variant in (control, photo):
        overrides = variant.overrides | {"hero": "none"}
        change_variant(variant, draft.editor, name="x", weight=1, overrides=overrides)
    open_page(draft)

    assert 'class="picture"' not in Visitor(app).get().text


def test_the_words_that_a_team_changed_stand_on_its_pages(app: Flask):
    larder = draft_page()
    wording = {"again": "Come <b>in</b>", "thanks": "Merci!", "with_product": "{product}, then"}
    change_wording(larder.experiment, larder.editor, wording)
    open_page(larder)
    mia = Visitor(app)

    page = mia.get()
    assert "Larder, then" in words_in(page)
    assert "<b>" not in page.text
    assert "Merci!" in words_in(mia.get("/p/larder/thanks"))


def test_a_page_without_a_look_of_its_own_carries_no_style_more(app: Flask):
    larder = draft_page()
    open_page(larder)

    page = Visitor(app).get()

    assert page.text.count("<style>") == 1
    assert page.headers["Content-Security-Policy"].count("sha256-") == 3
