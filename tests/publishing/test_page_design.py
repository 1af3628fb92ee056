"""How a page may look: every theme can be read, and so can every brand that is taken."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbtest.publishing.page_design import (
    CORNERS,
    ENOUGH_CONTRAST,
    FONTS,
    PLAIN,
    SCHEMES,
    THEMES,
    Look,
    NotALook,
    Picture,
    check_look,
    contrast_ratio,
    css_of,
    find_faults,
    from_json,
    lowest_contrast,
    nearest_shade,
    palette,
    read_name,
    to_json,
)

CSS = Path(__file__).parents[2] / "static" / "css" / "public.css"
NAME = f"{'a' * 64}-1280x720"
# What the style sheet writes on the dark ground of the last part.
ON_DEEP = (("#f3f4f7", ENOUGH_CONTRAST), ("#b3bac6", ENOUGH_CONTRAST), ("#7c8391", 3.0))
TEXTS = ("ink", "soft", "accent", "stop")
COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("theme", THEMES)
def test_everything_on_a_theme_can_be_read(theme, scheme):
    colours = THEMES[theme].palette(scheme)

    for ground in ("paper", "tint"):
        assert (
            min(contrast_ratio(colours[text], colours[ground]) for text in TEXTS) >= ENOUGH_CONTRAST
        )
    # A sky is the tint behind the first form.
    grounds = ("paper", "tint") if THEMES[theme].sky else ("paper",)
    assert min(contrast_ratio(colours["edge"], colours[ground]) for ground in grounds) >= 3
    assert contrast_ratio(colours["on-accent"], colours["accent"]) >= ENOUGH_CONTRAST
    assert all(contrast_ratio(text, colours["deep"]) >= needed for text, needed in ON_DEEP)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_first_theme_is_what_the_style_sheet_says_by_itself(scheme):
    light, _, rest = CSS.read_text(encoding="utf-8").partition(
        "@media (prefers-color-scheme: dark)"
    )
    rule = light if scheme == "light" else rest.partition("}")[0]
    said = dict(re.findall(r"--([\w-]+): ([^;]+);", rule))

    assert {role: said[role] for role in THEMES[""].palette(scheme)} == THEMES[""].palette(scheme)
    assert css_of(PLAIN) == ""


@settings(max_examples=60)
@given(COLOURS, st.sampled_from([*THEMES]))
def test_an_accent_is_taken_or_answered_with_one_that_is(accent, theme):
    try:
        kept = check_look(Look(theme=theme, accent=accent))
    except NotALook as refused:
        kept = check_look(Look(theme=theme, accent=refused.offer))

    for scheme in SCHEMES:
        colours = palette(kept, scheme)
        assert (
            lowest_contrast(colours["accent"], [colours["paper"], colours["tint"]])
            >= ENOUGH_CONTRAST
        )
        assert contrast_ratio(colours["on-accent"], colours["accent"]) >= ENOUGH_CONTRAST


def test_a_colour_that_cannot_be_read_is_answered_with_its_contrast_and_a_shade():
    with pytest.raises(NotALook) as refused:
        check_look(Look(accent="#FFD400"))

    assert refused.value.field == "accent"
    assert str(refused.value) == (
        "#ffd400 has a contrast of 1.2 to 1 on this page; links need 4.5. "
        f"The nearest shade that passes is {refused.value.offer}."
    )
    assert refused.value.offer == nearest_shade("#ffd400", ["#ffffff", "#eef2fd"])


def test_a_colour_that_passes_stays_as_it_was_chosen_on_the_light_page():
    assert nearest_shade("#1b46c2", ["#ffffff"]) == "#1b46c2"
    assert palette(Look(accent="#0b5c8a"), "light")["accent"] == "#0b5c8a"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("theme", "neon"),
        ("accent", "red"),
        ("accent", "#fff"),
        ("accent", "#123456;}body{display:none"),
        ("font", "Comic Sans"),
        ("corner", "10px"),
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
    names = ("theme", "accent", "font", "corner", "logo", "hero", "hero_alt")

    assert css_of(Look(**dict.fromkeys(names, sharp))) == ""


def test_a_picture_needs_words_for_those_who_cannot_see_it():
    assert find_faults(Look(hero=NAME)) == [
        "Say what the picture shows, for people who can’t see it."
    ]
    assert find_faults(Look(hero=NAME, hero_alt="A full fridge")) == []
    assert check_look(Look(hero_alt="of nothing")).hero_alt == ""


def test_all_faults_of_a_look_are_found_at_once():
    assert len(find_faults(Look(theme="neon", accent="#ffffff", hero=NAME))) == 3


def test_a_look_is_kept_without_what_is_the_themes_own():
    look = Look(theme="dawn", corner="sharp")

    assert to_json(look) == {"theme": "dawn", "corner": "sharp"}
    assert from_json(to_json(look)) == look


def test_only_the_lines_of_the_chosen_theme_go_into_the_page():
    lines = css_of(Look(theme="field"))

    assert THEMES["field"].light["paper"] in lines
    assert THEMES["dawn"].light["paper"] not in lines
    assert len(lines) < 1000


def test_the_dark_lines_win_over_the_light_ones_that_come_with_a_brand():
    lines = css_of(Look(accent="#0b5c8a"))
    light, dark = lines.split("@media(prefers-color-scheme:dark)")

    assert "--accent:#0b5c8a;" in light
    assert re.search(r"--accent:#[0-9a-f]{6};", dark)


@pytest.mark.parametrize("theme", THEMES.values())
def test_a_theme_names_a_font_and_a_corner_that_there_are(theme):
    assert theme.font in FONTS
    assert theme.corner in CORNERS


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
