"""The help: pages of our docs, whole, with links that lead somewhere and tags that do nothing."""

import re
from pathlib import Path

from flask import Flask

from tests.conftest import Browser
from tests.factories import Team, log_in
from wbtest.ideas.help_pages import pages_in, rendered

DOCS = Path(__file__).parents[2] / "docs"


def shown(text: str) -> str:
    return str(rendered(text, frozenset({"coach"}), "/help/{}".format))


def test_every_page_of_the_docs_is_listed_and_opens(client: Browser, team: Team) -> None:
    log_in(client, team.owner)
    listed = client.get("/help").text

    for name, page in pages_in(DOCS).items():
        assert f'href="/help/{name}"' in listed, name
        opened = client.get(f"/help/{name}").text
        assert "<h1" in opened, name
        assert page.title.split(":")[0] in opened, name
        assert "&lt;a id=" not in opened, name


def test_every_anchor_that_a_page_leads_to_is_there(app: Flask) -> None:
    pages = pages_in(DOCS)
    html = {
        name: str(rendered(page.text, frozenset(pages), "/help/{}".format))
        for name, page in pages.items()
    }
    lost = [
        f"{name}: {there}#{anchor}"
        for name, text in html.items()
        for there, anchor in re.findall(r'href="(?:/help/([\w-]+))?#([\w-]+)"', text)
        if f'id="{anchor}"' not in html[there or name]
    ]

    assert lost == []


def test_there_is_no_page_that_the_docs_do_not_have(client: Browser, team: Team) -> None:
    log_in(client, team.viewer)

    assert client.get("/help/nothing").status_code == 404
    assert client.get("/help/..%2fREADME").status_code == 404


def test_who_has_left_every_team_may_read_it(client: Browser, team: Team) -> None:
    log_in(client, team.viewer)
    client.send("/settings/leave")

    page = client.get("/help")

    assert page.status_code == 200
    assert "view=steps" not in page.text


def test_tags_in_a_page_are_shown_and_not_obeyed() -> None:
    html = shown("# One\n\n<b onclick='x'>bold</b> [go](javascript:alert(1))")

    assert "<b" not in html
    assert "javascript:" not in re.sub(r">[^<]*<", "><", html)


def test_a_link_to_a_file_that_the_help_has_not_stays_as_its_words() -> None:
    html = shown("[the coach](coach.md#h1), [settings](../README.md#settings)")

    assert '<a href="/help/coach#h1">the coach</a>, settings' in html


def test_numbers_stand_to_the_right_without_a_style_and_an_empty_head_is_none() -> None:
    html = shown("| a | |\n| ---: | --- |\n| 1 | b |")

    assert '<th class="n">a</th>' in html
    assert "<td></td>" in html
    assert "style=" not in html


def test_no_two_headings_of_a_page_have_one_anchor() -> None:
    html = shown("# Name\n\n## Name\n\n## Name")

    assert re.findall(r'id="([^"]+)"', html) == ["name", "name-1", "name-2"]


def test_what_is_wide_scrolls_by_itself_and_can_be_reached_by_keyboard() -> None:
    html = shown("| a |\n| --- |\n| b |\n\n```\nwide\n```")

    assert 'aria-label="Table 1" tabindex="0"><table>' in html
    assert "</table></div>" in html
    assert '<pre tabindex="0">' in html
