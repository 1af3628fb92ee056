"""How a page may look: every palette can be read, and so can every brand that is taken."""

import re
from base64 import b64decode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbtest.publishing.contrast import (
    ENOUGH_CONTRAST,
    contrast_ratio,
    is_colour,
    lowest_contrast,
    nearest_shade,
)
from wbtest.publishing.page_design import (
    CORNERS,
    LAYOUTS,
    PALETTES,
    SCHEMES,
    USUAL,
    Look,
    NotALook,
    Picture,
    check_look,
    css_of,
    family_of,
    find_faults,
    from_json,
    look_of_query,
    palette,
    read_name,
    to_json,
)
from wbtest.publishing.typefaces import FAMILIES, cut_typeface

NAME = f"{'a' * 64}-1280x720"
GROUNDS = ("paper", "card", "tint")
# What is read, on what it stands, and how much contrast it needs.
PAIRS = {
    **{(text, ground): 4.5 for text in ("ink", "soft", "accent", "stop") for ground in GROUNDS},
    ("on-accent", "accent"): 4.5,
    ("on-deep", "deep"): 4.5,
    ("deep-soft", "deep"): 4.5,
    # The edge of a field is no text.
    **{("edge", ground): 3 for ground in GROUNDS},
}
EACH_PALETTE = [(key, scheme) for key in PALETTES for scheme in SCHEMES]
COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
WORDS = ("layout", "palette", "accent", "family", "corner", "salt", "logo", "hero", "hero_alt")


@pytest.mark.parametrize(("key", "scheme"), EACH_PALETTE)
def test_everything_on_a_palette_can_be_read(key, scheme):
    colours = PALETTES[key].colours(scheme)

    found = {pair: contrast_ratio(colours[pair[0]], colours[pair[1]]) for pair in PAIRS}
    assert {pair: ratio for pair, ratio in found.items() if ratio < PAIRS[pair]} == {}


@pytest.mark.parametrize(("key", "scheme"), EACH_PALETTE)
def test_every_colour_of_a_palette_is_one(key, scheme):
    assert [
        role for role, colour in PALETTES[key].colours(scheme).items() if not is_colour(colour)
    ] == []


@pytest.mark.parametrize(("key", "scheme"), EACH_PALETTE)
def test_a_mosaic_has_six_colours_that_differ(key, scheme):
    colours = PALETTES[key].colours(scheme)

    assert len({colours[f"c{number}"] for number in range(6)}) == 6


@settings(max_examples=60)
@given(COLOURS, st.sampled_from([*PALETTES]))
def test_an_accent_is_taken_or_answered_with_one_that_is(accent, key):
    try:
        kept = check_look(Look(palette=key, accent=accent))
    except NotALook as refused:
        kept = check_look(Look(palette=key, accent=refused.offer))

    for scheme in SCHEMES:
        colours = palette(kept, scheme)
        grounds = [colours[ground] for ground in GROUNDS]
        assert lowest_contrast(colours["accent"], grounds) >= ENOUGH_CONTRAST
        assert contrast_ratio(colours["on-accent"], colours["accent"]) >= ENOUGH_CONTRAST


def test_a_colour_that_cannot_be_read_is_answered_with_its_contrast_and_a_shade():
    with pytest.raises(NotALook) as refused:
        check_look(Look(palette="paper", accent="#FFD400"))

    assert refused.value.field == "accent"
    assert str(refused.value) == (
        "#ffd400 has a contrast of 1.2 to 1 on this page; links need 4.5. "
        f"The nearest shade that passes is {refused.value.offer}."
    )
    assert refused.value.offer == nearest_shade("#ffd400", ["#ffffff", "#eef2fd"])


def test_a_colour_that_passes_stays_as_it_was_chosen_on_the_light_page():
    assert nearest_shade("#1b46c2", ["#ffffff"]) == "#1b46c2"
    assert palette(Look(accent="#0b5c8a"), "light")["accent"] == "#0b5c8a"


def test_the_mosaic_takes_an_accent_of_ones_own():
    colours = palette(Look(accent="#0b5c8a"), "light")

    assert colours["c3"] == colours["accent"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("layout", "neon"),
        ("palette", "neon"),
        ("accent", "red"),
        ("accent", "#fff"),
        ("accent", "#123456;}body{display:none"),
        ("family", "Comic Sans"),
        ("corner", "10px"),
        ("salt", "12345"),
        ("salt", "-1"),
        ("salt", "٣"),
        ("logo", "../../secret"),
        ("hero", "a" * 64),
    ],
)
def test_what_is_not_on_a_list_is_no_look(field, value):
    with pytest.raises(NotALook) as refused:
        check_look(Look(**{field: value}))

    assert refused.value.field == field


@pytest.mark.parametrize("sharp", ["</style><script>", "red;}*{display:none", "url(//evil)"])
def test_nothing_that_was_typed_becomes_style(sharp):
    assert css_of(Look(**dict.fromkeys(WORDS, sharp))) == css_of(USUAL)


def test_a_picture_needs_words_for_those_who_cannot_see_it():
    assert find_faults(Look(hero=NAME)) == [
        "Say what the picture shows, for people who can’t see it."
    ]
    assert find_faults(Look(hero=NAME, hero_alt="A full fridge")) == []
    assert check_look(Look(hero_alt="of nothing")).hero_alt == ""


def test_all_faults_of_a_look_are_found_at_once():
    assert len(find_faults(Look(layout="neon", accent="#ffffff", salt="x", hero=NAME))) == 4


def test_a_look_is_kept_without_what_is_usual():
    look = Look(layout="post", palette="dawn", corner="sharp")

    assert to_json(look) == {"layout": "post", "palette": "dawn", "corner": "sharp"}
    assert from_json(to_json(look)) == look
    assert to_json(USUAL) == {}


def test_what_a_look_does_not_know_is_left_out():
    assert from_json({"theme": "dawn", "palette": "dawn"}) == Look(palette="dawn")


def test_a_query_changes_what_it_names_and_nothing_else():
    look = Look(palette="dawn", corner="sharp")

    assert look_of_query(look, {"palette": "field", "preview": "x"}) == Look(
        palette="field", corner="sharp"
    )


def test_only_the_colours_of_the_chosen_palette_go_into_the_page():
    lines = css_of(Look(palette="field"))

    assert PALETTES["field"].light["paper"] in lines
    assert PALETTES["dawn"].light["paper"] not in lines
    assert len(lines) < 1500


def test_the_dark_page_has_its_own_shade_of_an_accent():
    lines = css_of(Look(accent="#0b5c8a"))
    light, dark = lines.split("@media(prefers-color-scheme:dark)")

    assert "--accent:#0b5c8a;" in light
    assert re.search(r"--accent:(#[0-9a-f]{6});", dark)[1] != "#0b5c8a"


@pytest.mark.parametrize("key", LAYOUTS)
def test_headings_are_set_in_the_layouts_family_unless_another_is_chosen(key):
    assert family_of(Look(layout=key)) == LAYOUTS[key].family
    assert family_of(Look(layout=key, family="device")) == "device"
    assert LAYOUTS[key].family in FAMILIES


def test_a_typeface_stands_in_the_style_sheet_as_it_was_cut():
    cut = cut_typeface("newsreader", "Lader")
    lines = css_of(Look(layout="post"), cut)

    data = re.search(r"url\(data:font/woff2;base64,([^)]+)\)", lines)
    assert b64decode(data[1]) == cut
    assert "--display:Display," in lines


def test_without_a_typeface_headings_take_the_devices_own():
    lines = css_of(Look(layout="post"))

    assert "@font-face" not in lines
    assert f"--weight:{FAMILIES['device'].weight};" in lines


@pytest.mark.parametrize("key", CORNERS)
def test_a_corner_is_as_round_as_it_says(key):
    assert f"--r:{CORNERS[key].radius};" in css_of(Look(corner=key))


def test_a_picture_is_named_by_digest_and_size():
    picture = Picture("a" * 64, 1280, 720)

    assert read_name(picture.name) == picture
    assert picture.addresses("/p/larder").endswith(f"/p/larder/images/{'a' * 64}-1280.webp 1280w")


@pytest.mark.parametrize(("width", "widths"), [(500, (500,)), (640, (640,)), (900, (640, 900))])
def test_a_picture_is_never_shown_larger_than_it_came(width, widths):
    assert Picture("a" * 64, width, 10).widths == widths


def test_a_tall_picture_takes_half_the_room_that_its_file_would_fill():
    assert Picture("a" * 64, 740, 1600).shown == (370, 800)
    assert Picture("a" * 64, 1280, 720).shown == (1280, 720)
