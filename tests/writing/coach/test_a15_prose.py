"""A15: lists, tables and code, and prose that only looks like them."""

import pytest


@pytest.mark.parametrize(
    "block",
    [
        "- No waiting\n- No forms\n- No fee",
        "1. Photo\n2. Plan\n3. Dinner",
        "* One\n\n* Two\n\n* Three",
        "・待ち時間なし\n・書類なし\n・行列なし",
        "١. صورة\n٢. خطة\n٣. عشاء",
        "| plan | price |\n| --- | --- |\n| one | low |",
        "```\nplan()\n```",
        "```\nplan()",
        "    plan(dinner);",
        "`larder plan`",
    ],
)
def test_the_whole_block_is_marked(find, block):
    text = f"Amira cooks.\n\n{block}\n\nShe eats."
    expected = block if not block.endswith("plan()") else f"{block}\n\nShe eats."
    assert find("A15", solution=text) == [("warn", expected.strip() if "`" in block else expected)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "She buys:\n- milk\n- eggs\nand goes home."),
        ("fr", "– Tu viens ?\n– Oui.\n– Alors viens."),
        ("en", "    The first line stands in a little.\n    So does this."),
        ("en", "She writes it`s, don`t and can`t."),
        ("en", "Left | right | middle, in one line."),
        ("en", "2026 was dry - and long."),
    ],
)
def test_prose_is_left_alone(find, language, text):
    assert find("A15", language=language, solution=text) == []


def test_the_faq_may_list(find):
    faq = [{"audience": "external", "question": "What?", "answer": "- a\n- b\n- c"}]
    assert find("A15", faq=faq) == []


def test_it_is_a_note_in_the_short_form(find):
    assert find("A15", form="short", problem="- a\n- b\n- c") == [("note", "- a\n- b\n- c")]


def test_what_stands_in_a_block_is_marked_with_it(find):
    block = "```\n`plan`\n```"
    assert find("A15", solution=block) == [("warn", block)]


def test_a_line_of_spaces_does_not_end_a_list(find):
    assert find("A15", solution="- a\n \n- b\n- c") == [("warn", "- a\n \n- b\n- c")]
