"""L3: the story takes two or three paragraphs."""


def test_what_follows_the_second_paragraph_is_marked(find):
    found = find("L3", problem="One.\n\nTwo.\n\nThree.\n\nFour.\n", why_now="One.")

    assert found == [("note", "Three.\n\nFour.")]


def test_two_paragraphs_are_fine(find):
    assert find("L3", problem="One.\n\nTwo.", solution="One.\nStill one.\n\n\nTwo.") == []


def test_other_parts_and_the_short_form_are_not_counted(find):
    assert find("L3", summary="One.\n\nTwo.\n\nThree.") == []
    assert find("L3", form="short", problem="One.\n\nTwo.\n\nThree.") == []
