"""The link to the founder's own payment page: https, and nothing that could lead elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Response

from wbtest.publishing.choices.preorder import find_link_fault, host_of, origin_of


@pytest.mark.parametrize(
    "link",
    [
        "http://buy.example.com/",
        "javascript:alert(1)",
        "//buy.example.com",
        "https://localhost/",
        "https://buy.example.com@evil.example/",
        "https://buy.example.com\\@evil.example/",
        "https://buy.example.com/ https://evil.example",
        "https://buy.example.com/\r\nSet-Cookie: a=b",
        "https://buy.example.com/\n",
        "https://buy.example.com;script-src *",
        "https://buy.example.com,https://evil.example",
        'https://buy.example.com/"><script>',
        "https://bücher.example/",
        "https://buy.example.com:443443/",
        "https:///path",
        "https://buy.example.com/100%",
        "",
    ],
)
def test_what_is_no_plain_https_link_is_refused(link: str) -> None:
    assert find_link_fault(link).startswith("Give the whole address")


def test_a_link_without_end_is_refused() -> None:
    assert find_link_fault("https://buy.example.com/" + "x" * 500).startswith("This link has 524")


@pytest.mark.parametrize("end", ["", "/", "/p/7?id=7&a=%5B1%5D#now", "?q=a@b;c,d", ":8443/~x%2Fy"])
def test_a_link_leads_to_its_host_and_is_sent_as_it_is(end: str) -> None:
    link = f"https://Buy.example.com{end}"
    port = ":8443" if end.startswith(":") else ""

    assert find_link_fault(link) == ""
    assert host_of(link) == "buy.example.com"
    assert origin_of(link) == f"https://buy.example.com{port}"


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40))
def test_no_header_changes_a_link_that_is_taken(end: str) -> None:
    link = f"https://buy.example.com/{end}"
    if not find_link_fault(link):
        sent = dict(Response(headers={"Location": link}).get_wsgi_headers({}))
        assert sent["Location"] == link
