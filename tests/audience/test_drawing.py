"""Which variant a newcomer is shown: weight and chance decide, not hour, browser or source."""

from collections import Counter
from random import Random

import numpy as np
import pytest
from scipy.stats import chi2_contingency, chisquare

from tests.audience.larder import PHONE, Visitor, start_page, token_in, visits
from wbtest.audience import visitors
from wbtest.audience.visitors import Draw
from wbtest.extensions import db
from wbtest.publishing.live_snapshot import load_live

NEWCOMERS = 10_000
MORNING = 1_803_891_600
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
EVEN, UNEVEN, THREE = (("a", 1), ("b", 1)), (("a", 9), ("b", 1)), (("a", 1), ("b", 1), ("c", 1))


def drawn(weights: tuple[tuple[str, int], ...]) -> list[str]:
    """What newcomers of one day are shown, one every nine seconds."""
    moments = MORNING + np.linspace(0, 86_400, NEWCOMERS, endpoint=False)
    draw = Draw("salt", weights)
    return [draw.variant_of(visitors.new_visitor(at)) for at in moments.tolist()]


@pytest.fixture(autouse=True)
def _same_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    # Or one run in a thousand would find what is not there.
    monkeypatch.setattr(visitors, "random", Random(2027))


@pytest.mark.parametrize("weights", [EVEN, UNEVEN, THREE])
def test_ten_thousand_newcomers_are_split_by_weight(weights):
    shown = Counter(drawn(weights))
    total = sum(weight for _, weight in weights)

    planned = [NEWCOMERS * weight / total for _, weight in weights]
    assert chisquare([shown[key] for key, _ in weights], planned).pvalue > 0.001


@pytest.mark.parametrize("weights", [EVEN, UNEVEN, THREE])
def test_the_hour_has_no_say_in_the_variant(weights):
    hours = np.array_split(np.array(drawn(weights)), 24)

    table = [[(hour == key).sum() for key, _ in weights] for hour in hours]
    assert chi2_contingency(table).pvalue > 0.001


def test_neither_browser_nor_source_has_a_say_in_the_variant(app, larder, monkeypatch):
    seen = set()
    for seed in range(12):
        shown = set()
        for agent in (PHONE, FIREFOX):
            for link in ("utm_source=newsletter", ""):
                monkeypatch.setattr(visitors, "random", Random(seed))
                page = Visitor(app, **{"User-Agent": agent}).get(f"/p/larder?{link}")
                shown.add(token_in(page).split(":")[2])
        assert len(shown) == 1
        seen |= shown
    assert seen == {"control", "photo"}


def test_the_sealed_salt_and_the_visitor_decide_the_variant(app):
    start_page(variants={"photo": {"headline": "Dinner from a photo"}})
    for number in range(20):
        Visitor(app, **{"User-Agent": f"{PHONE} {number}"}).get()
    [live] = load_live(db.session)

    found = visits(app)
    assert len(found) == 20
    assert {row.variant for row in found} == {"control", "photo"}
    draw = Draw(live.salt, live.weights)
    assert all(row.variant == draw.variant_of(row.visitor) for row in found)
