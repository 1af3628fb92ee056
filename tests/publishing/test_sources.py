"""Where visitors came from: one name for each place, however it is written."""

import pytest

from wbtest.publishing.sources import group_of, source_of


@pytest.mark.parametrize(
    ("query", "referrer", "source"),
    [
        ("", "", "direct"),
        ("", "https://try.example.com/p/larder", "direct"),
        ("", "http://try.example.com:8000/", "direct"),
        ("", "not an address", "direct"),
        ("", "http://[::1/", "direct"),
        ("", "https://t.co/abc", "x"),
        ("", "https://l.facebook.com/l.php?u=1", "facebook"),
        ("", "https://m.facebook.com/", "facebook"),
        ("", "https://l.instagram.com/", "instagram"),
        ("", "https://www.linkedin.com/feed/", "linkedin"),
        ("", "android-app://com.linkedin.android/", "linkedin"),
        ("", "https://news.ycombinator.com/item?id=1", "hackernews"),
        ("", "https://old.reddit.com/r/startups", "reddit"),
        ("", "https://www.google.com/", "google"),
        ("", "https://www.google.co.uk/", "google"),
        ("", "https://google.com.br/", "google"),
        ("", "https://docs.google.com/d/1", "docs.google.com"),
        ("", "https://mail.google.com/mail", "gmail"),
        ("", "https://yandex.ru/search", "yandex"),
        ("", "https://www.bing.com/search?q=x", "bing"),
        ("", "https://notbing.com/", "notbing.com"),
        ("", "https://Blog.Example.org:8443/a", "blog.example.org"),
        ("utm_source=Newsletter", "https://t.co/x", "newsletter"),
        ("utm_source=a&utm_source=b", "", "a"),
        ("a=1&UTM_SOURCE=%20Big%20%20Mail+list%0A", "", "big mail list"),
        ("utm_source=&x=1", "https://t.co/x", "x"),
        ("utm_source=%00%E2%80%AE", "", "direct"),
        ("utm_source=%C3%9Cbung", "", "übung"),
        ("utm_source=" + "Übung".encode().decode("latin-1"), "", "übung"),
        ("utm_source=%FF", "", "\ufffd"),
        ("utm_source=" + "x" * 2_000, "", "x" * 64),
        ("utm_medium=mail", "", "direct"),
        ("", "https://" + "spam." * 390 + "example/", ("spam." * 13)[:64]),
        ("utm_source=NEWS%2BLetter", "", "news+letter"),
        ("utm_source=https%3A%2F%2Fwww.Twitter.com%2Fa", "", "x"),
        ("", "https://free-traffic.spam.example/?ref=1", "free-traffic.spam.example"),
        ("", "https://www.TRY.example.com/p/other?utm_source=a", "direct"),
    ],
)  # fmt: skip
def test_sources(query: str, referrer: str, source: str) -> None:
    assert source_of(query, referrer, "try.example.com") == source


def test_a_source_is_never_longer_than_its_column() -> None:
    assert len(source_of("", "https://" + "a." * 900 + "example.org/")) <= 64
    assert len(source_of("utm_source=" + "İ" * 200, "")) <= 64


@pytest.mark.parametrize(
    ("group", "sources"),
    [
        ("social", ["x", "instagram", "linkedin", "hackernews", "whatsapp", "bluesky"]),
        ("search", ["google", "duckduckgo", "bing", "yandex", "perplexity"]),
        ("mail", ["gmail", "newsletter", "mail.example.org", "outlook.live.com"]),
        ("direct", ["direct"]),
        ("other", ["unknown", "blog.example.org", "friends", "notgoogle", ""]),
    ],
)
def test_sources_of_a_kind_are_one_group(group: str, sources: list[str]) -> None:
    assert {group_of(source) for source in sources} == {group}
