"""HTML as editors copy it becomes Markdown, and nothing of it stays markup. Pure."""

import pytest

from wbtest.writing.document import NotADocument
from wbtest.writing.html_reader import MOST_TAGS, html_to_markdown
from wbtest.writing.markdown_reader import from_markdown

GOOGLE_DOCS = """<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1">
<h1 dir="ltr"><span style="font-weight:400;">Dinner from your kitchen</span></h1>
<p dir="ltr"><span style="font-weight:400">Parents stop asking.</span></p><br>
<h2><span>Problem</span></h2><p><span style="font-weight:400">The fridge
  is&nbsp;full. </span><span style="font-weight:700">Nobody</span> cooks.</p>
<p><span style="font-weight:700">Customer FAQ</span></p>
<p><span style="font-weight:700">What does it cost?</span></p><p>£4.</p></b>"""
WORD = """<html xmlns:o="urn:schemas"><head><style>p {color: red}</style><title>x</title></head>
<body><!--StartFragment--><h2>Solution<o:p></o:p></h2><p class=MsoNormal>One photo.</p>
<ul><li><p>soup</p></li><li>stew<ol><li>hot</li></ol></li></ul><!--EndFragment--></body></html>"""
ASSISTANT = """<div><p><strong>Headline:</strong> Dinner at home</p><p><strong>Problem</strong></p>
<p>Cold.</p><hr><table><tr><td>a</td><td>b</td></tr></table></div>"""


def test_a_text_from_google_docs_keeps_its_headings_and_bold_words():
    read = from_markdown(html_to_markdown(GOOGLE_DOCS)).document

    assert (read.headline, read.problem) == (
        "Dinner from your kitchen",
        "The fridge is full. Nobody cooks.",
    )
    assert [(each.question, each.answer) for each in read.faq] == [("What does it cost?", "£4.")]


def test_a_text_from_word_keeps_its_lists_and_no_styles():
    assert html_to_markdown(WORD) == ("## Solution\n\nOne photo.\n\n- soup\n\n- stew\n\n  1. hot\n")


def test_the_draft_of_an_assistant_is_placed_by_its_bold_words():
    read = from_markdown(html_to_markdown(ASSISTANT)).document

    assert (read.headline, read.problem) == ("Dinner at home", "Cold.\n\na | b")


@pytest.mark.parametrize(
    "broken",
    [
        "</ul></b></td></tr><td>x",
        "<li><b>x",
        "<tr><td>x</tr></tr>",
        "<p>x<script>alert(1)</script>",
    ],
)
def test_what_is_left_open_or_closed_twice_loses_no_word(broken: str):
    text = html_to_markdown(broken)

    assert "x" in text
    assert "<" not in text
    assert "alert" not in text


def test_markup_as_text_stays_text():
    assert html_to_markdown("<p>a &lt;b&gt; c</p>") == "a <b> c\n"


def test_a_page_of_too_many_tags_is_refused():
    with pytest.raises(NotADocument, match="too long for a release"):
        html_to_markdown("<b>" * (MOST_TAGS + 1))
