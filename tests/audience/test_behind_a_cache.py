"""A cache that obeys HTTP, between the visitors and us: it keeps what it may, and no page."""

from collections import Counter

import pytest
from flask import Flask
from werkzeug.http import parse_cache_control_header
from werkzeug.test import TestResponse

from tests.audience.larder import Larder, Visitor, visits


class Cache:
    """Shared by all who ask through it. By RFC 9111 it may also keep what says nothing of that."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.kept: dict[str, TestResponse] = {}
        self.hits: Counter[str] = Counter()

    def get(self, url: str) -> TestResponse:
        """The answer to somebody new; all send the same headers, so Vary tells nobody apart."""
        if url in self.kept:
            self.hits[url] += 1
            return self.kept[url]
        answer = Visitor(self.app).get(url)
        said = parse_cache_control_header(answer.headers.get("Cache-Control"))
        if not said.get("no-store", False) and "private" not in said and "*" not in answer.vary:
            self.kept[url] = answer
        return answer


@pytest.fixture
def cache(app: Flask, larder: Larder) -> Cache:
    return Cache(app)


def test_a_page_is_never_served_from_it_and_the_split_stays_fair(app, cache):
    cookies = {cache.get("/p/larder").headers["Set-Cookie"] for _ in range(400)}

    assert (len(cookies), cache.hits) == (400, Counter())
    shown = Counter(visit.variant for visit in visits(app))
    assert shown.total() == 400
    # Seven standard deviations on either side.
    assert 130 < shown["photo"] < 270


@pytest.mark.parametrize("path", ["/thanks", "/object", "/privacy", "/nowhere"])
def test_what_stands_around_a_page_is_never_served_from_it(cache, path):
    for _ in range(2):
        cache.get(f"/p/larder{path}")

    assert cache.hits == Counter()


def test_what_is_the_same_for_everybody_is_kept(cache):
    for _ in range(2):
        assert cache.get("/static/css/results.css").status_code == 200

    assert cache.hits == {"/static/css/results.css": 1}
