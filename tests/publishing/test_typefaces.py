"""The typefaces of public pages: cut to what a page says, or not used at all."""

from io import BytesIO

import pytest
from fontTools.ttLib import TTFont

from wbtest.publishing.typefaces import FAMILIES, cut_typeface, letters_of, typeface_path

OWN = [key for key, family in FAMILIES.items() if family.file]
LETTERS = letters_of(["Five weeknight dinners from what’s in your kitchen: £4 a month"])


def letters_in(cut: bytes) -> set[str]:
    with TTFont(BytesIO(cut)) as font:
        return {chr(code) for code in font.getBestCmap()}


@pytest.mark.parametrize("family", OWN)
def test_a_cut_has_the_letters_and_only_these(family):
    assert letters_in(cut_typeface(family, LETTERS)) == {*LETTERS}


@pytest.mark.parametrize("family", OWN)
def test_the_same_letters_give_the_same_bytes(family):
    cut = cut_typeface.__wrapped__

    assert cut(family, LETTERS) == cut(family, LETTERS)


@pytest.mark.parametrize("family", OWN)
def test_a_cut_is_a_small_part_of_the_family(family):
    cut = cut_typeface(family, LETTERS)

    assert cut.startswith(b"wOF2")
    assert len(cut) < 9_000
    assert len(cut) < typeface_path(family).stat().st_size / 8


@pytest.mark.parametrize("letters", ["الخزانة", "ラーダー", "Larder ラ"])
@pytest.mark.parametrize("family", OWN)
def test_a_family_that_lacks_a_letter_is_not_used(family, letters):
    assert cut_typeface(family, letters_of([letters])) == b""


@pytest.mark.parametrize("family", OWN)
def test_a_family_has_the_letters_of_the_languages_that_are_written_in_them(family):
    assert cut_typeface(family, letters_of(["ÄÖÜäöüß", "éèêëàâçîïôùûœÉ", "ñáíóú¿¡", "„“”«»’–…€£"]))


def test_the_devices_own_is_never_cut():
    assert cut_typeface("device", LETTERS) == b""


def test_what_cannot_be_seen_is_no_letter():
    assert cut_typeface("newsreader", "ab\u200d\u00a0") == cut_typeface("newsreader", "ab")


@pytest.mark.parametrize("family", OWN)
def test_each_family_stands_beside_its_licence(family):
    file = typeface_path(family)

    assert "SIL OPEN FONT LICENSE" in file.with_name(f"{file.stem}.OFL.txt").read_text(
        encoding="utf-8"
    )


def test_letters_are_named_once_and_without_white_space():
    assert letters_of(["b a", "a\nb", "c"]) == "abc"
