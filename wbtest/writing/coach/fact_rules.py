"""Rules on facts: one thing has one number, price, date and name, and numbers have sources."""

import re
from collections.abc import Iterator
from datetime import date

from wbtest.writing.coach.claims import claims_in, entries_for
from wbtest.writing.coach.document_reader import (
    Mark,
    Reading,
    Spans,
    Text,
    find_listed,
    has_listed,
    spans_of,
)
from wbtest.writing.coach.names import other_spellings
from wbtest.writing.coach.numbers import (
    NO_UNIT,
    Day,
    Offer,
    Quantity,
    days_in,
    is_earlier,
    launch_days,
    offers_in,
    only_ones,
    paid_for,
    things_done,
    things_named,
)

CALL, PRICE = "call_to_action.text", "call_to_action.price"
# Texts that say what the product does; what people do without it is another matter.
COUNTED_OF_THE_PRODUCT = ("headline", "subheading", "summary", "solution", CALL)
TITLES = ("headline", "subheading")
BODY = ("summary", "solution")
# Where a price that is not paid again and again stands alone: "$99 once."
ONCE = ("", "once")
# What can be had on a day in these texts is rarely the product itself.
OF_OTHERS = ("problem", "alternative", "solution", "why_now", "company_quote.text")
# Behind the day of a date line that was typed into the summary: "LEEDS, 3 March 2027 – ".
DASHES = tuple("-–—:")
HEAD = 60


def check_contradictions(reading: Reading) -> Iterator[Mark]:
    """Mark the second of two that differ; only where both are surely the same thing."""
    for text in reading.everything:
        for place in other_spellings(text, reading.document.product):
            name = reading.document.product.strip()
            yield text.mark(place, "warn", f"“{{}}” is “{name}” elsewhere.", "Spell it one way.")
    yield from _prices(reading)
    yield from _dates(reading)
    yield from _numbers(reading)


def _prices(reading: Reading) -> Iterator[Mark]:
    price = reading.text(PRICE)
    if price is None:
        return
    asked = list(offers_in(price.text, reading.language))
    call = reading.text(CALL)
    if call is not None:
        # Both say the same in two places: a second price in one of them is no contradiction.
        said = list(offers_in(call.text, reading.language))
        known, named = _amounts(asked), _amounts(said)
        if known and named and not (known <= named or named <= known):
            for offer in said:
                if (offer.currency, offer.amount) not in known:
                    yield _other(call, offer, price.text)
    for text in _about_the_price(reading):
        yield from _other_prices(text, asked, price.text)


def _amounts(offers: list[Offer]) -> set[tuple[str, object]]:
    return {(offer.currency, offer.amount) for offer in offers}


def _about_the_price(reading: Reading) -> Iterator[Text]:
    """What the release says of its own price: the summary, and the answers on it."""
    for text in reading.release:
        if text.path in BODY:
            yield text
    for entry in reading.external:
        if entry.question.topic == "price" and _is_of_the_product(entry.asked, reading):
            yield entry.answer


def _is_of_the_product(asked: Text, reading: Reading) -> bool:
    """Whether a question about a price is about the product's: not "How much is a book?"."""
    name = reading.document.product.strip().lower()
    return name in asked.text.lower() or not has_listed(asked, "other_things")


def _other_prices(text: Text, asked: list[Offer], price: str) -> Iterator[Mark]:
    """Prices for the same (a month, once) in the same money, where none is the asked one."""
    said = list(offers_in(text.text, text.language))
    sentences = spans_of(text.sentences)
    if text.path not in BODY:
        yield from _other_parts(
            text, [o for o in said if not sentences.index(o.start)], asked, price
        )
    if not said or _amounts(said) & _amounts(asked):
        return
    named = {sentences.index(place.start) for place in find_listed(text, "costs")}
    for offer in said:
        is_once = offer.period in ONCE
        same = [one for one in asked if _is_for_the_same(one, offer)]
        # What an answer opens with is the price; behind it may be those of other things.
        is_first = text.path not in BODY and offer.start == text.sentences[0].start
        is_only = len(asked) == 1 and (len(said) == 1 or is_first)
        is_alone = len(same) == 1 and (not is_once or is_only)
        # An answer may name its price without a word: "£6 a month.", "$99 once."
        is_answer = text.path not in BODY and (not is_once or offer.start in sentences.starts)
        if is_alone and (is_answer or sentences.index(offer.start) in named):
            yield _other(text, offer, price)


def _other_parts(text: Text, said: list[Offer], asked: list[Offer], price: str) -> Iterator[Mark]:
    """Where a price of several parts ("$9, then $6 a month") is told, and one part differs."""
    parts = [(one.currency, one.period) for one in asked]
    is_told = len(parts) > 1 and len(set(parts)) == len(parts)
    if is_told and parts == [(one.currency, one.period) for one in said]:
        other = [two for one, two in zip(asked, said, strict=True) if one.amount != two.amount]
        # Where all differ they are marked one by one anyway.
        if len(other) < len(parts):
            yield from (_other(text, offer, price) for offer in other)


def _is_for_the_same(one: Offer, other: Offer) -> bool:
    is_once = one.period in ONCE and other.period in ONCE
    return one.currency == other.currency and (is_once or one.period == other.period)


def _other(text: Text, offer: Offer, price: str) -> Mark:
    return text.mark(offer, "warn", f"“{{}}” isn’t the same price as “{price.strip()}”.")


def _dates(reading: Reading) -> Iterator[Mark]:
    """A sale may begin after the announcement, but not before it, nor on two days."""
    iso = reading.document.dateline.date
    launch = date.fromisoformat(iso) if iso else None
    sold: list[tuple[Text, Day]] = []
    for text in (*reading.prose, *(entry.answer for entry in reading.external)):
        days = launch_days(text)
        typed = days_in(text.text, text.language) if text.path == "summary" and launch else ()
        for day in typed:
            if launch and _is_date_line(text, day) and _differs(day, launch):
                yield _other_day(text, day, f"{iso}, the launch date")
        for day in days:
            if launch and is_earlier(day, launch):
                yield _other_day(text, day, f"{iso}, the launch date")
            elif day.month and day.day and text.path not in OF_OTHERS:
                sold.append((text, day))
    yield from _second_days(sold)


def _second_days(sold: list[tuple[Text, Day]]) -> Iterator[Mark]:
    """Marks the second of two days in different texts on which the product is first sold."""
    differ = [one for one in sold if one[1][3:] != sold[0][1][3:]]
    if len({day[3:] for _, day in differ}) == 1 and differ[0][0] is not sold[0][0]:
        first, day = sold[0]
        yield _other_day(*differ[0], first.text[day.start : day.end])


def _other_day(text: Text, day: Day, first: str) -> Mark:
    return text.mark(day, "warn", f"“{{}}” isn’t the same date as {first}.")


def _is_date_line(text: Text, day: Day) -> bool:
    behind = text.text[day.end : day.end + 3].lstrip(" )(")
    return text.path == "summary" and day.end <= HEAD and behind.startswith(DASHES)


def _differs(day: Day, launch: date) -> bool:
    pairs = ((day.year, launch.year), (day.month, launch.month), (day.day, launch.day))
    return any(said and said != meant for said, meant in pairs)


def _numbers(reading: Reading) -> Iterator[Mark]:
    prose = [*reading.prose, *(entry.answer for entry in reading.external)]
    product = [text for text in prose if text.path in COUNTED_OF_THE_PRODUCT]
    only = [(text, one) for text in prose for one in only_ones(text)]
    yield from _second_numbers(_with_units(only))
    yield from _second_numbers([(text, one) for text in product for one in things_done(text)])
    told = [*product, *(e.answer for e in (*reading.external, *reading.internal))]
    yield from _second_numbers([(text, one) for text in told for one in paid_for(text)])
    yield from _against_the_titles(product)


def _with_units(found: list[tuple[Text, Quantity]]) -> list[tuple[Text, Quantity]]:
    """Give a number without a unit the only currency that its thing has elsewhere."""
    units: dict[tuple[str, ...], set[str]] = {}
    for _, one in found:
        if one.key[-1] not in ("", NO_UNIT):
            units.setdefault(one.key[:-1], set()).add(one.key[-1])

    def united(one: Quantity) -> Quantity:
        if one.key[-1] != NO_UNIT:
            return one
        known = units.get(one.key[:-1], set())
        unit = next(iter(known)) if len(known) == 1 else ""
        return one._replace(key=(*one.key[:-1], unit))

    return [(text, united(one)) for text, one in found]


def _second_numbers(found: list[tuple[Text, Quantity]]) -> Iterator[Mark]:
    """Marks where one thing has just two numbers, each in a paragraph of its own."""
    by_key: dict[tuple[str, ...], list[tuple[Text, Quantity]]] = {}
    for text, one in found:
        by_key.setdefault(one.key, []).append((text, one))
    for ones in by_key.values():
        first_text, first = ones[0]
        others = [(text, one) for text, one in ones if one.value != first.value]
        if len({one.value for _, one in others}) == 1:
            text, other = others[0]
            if (text.path, other.paragraph) != (first_text.path, first.paragraph):
                yield _another(text, other, first_text.text[first.start : first.end])


def _against_the_titles(product: list[Text]) -> Iterator[Mark]:
    """Marks where the body does so many of what the headline counts otherwise."""
    titles = {
        one.key[0]: text.text[one.start : one.end]
        for text in product
        if text.path in TITLES
        for one in things_named(text)
    }
    values = {one.key[0]: one.value for t in product if t.path in TITLES for one in things_named(t)}
    body = [text for text in product if text.path in BODY]
    agreed = {(one.key[0], one.value) for text in body for one in things_named(text)}
    for text in body:
        for one in things_done(text):
            thing = one.key[-1]
            value = values.get(thing)
            if value is not None and value != one.value and (thing, value) not in agreed:
                yield _another(text, one, titles[thing])


def _another(text: Text, one: Quantity, first: str) -> Mark:
    message = f"“{{}}” here, “{first.strip()}” before: {one.thing}."
    return text.mark(one, "warn", message)


OF_THE_WORLD = ("problem", "alternative", "why_now")
CLAIMED_OF_THE_PRODUCT = ("headline", "subheading", "summary", "solution", "company_quote.text")
# A link, a footnote, and a year in brackets: (Okafor, 2026).
_LINK = re.compile(r"https?://|www\.|\[\d{1,3}\]|[¹²³]|\([^()\n]{1,60}\b(?:19|20)\d\d\)")
# "When I come home, I want to …, so that …", in the words of each language.
_JOB = {
    "en": ("when", "want", "so that"),
    "de": ("wenn", "möchte", "damit"),
    "fr": ("quand", "veux", "pour"),
    "es": ("cuando", "quiero", "para"),
}


def check_numbers_have_sources(reading: Reading) -> Iterator[Mark]:
    """Mark shares, large numbers, and money or time by the week, in paragraphs without a source.

    What the release's ledger says of a number is enough.
    """
    for text in reading.release:
        is_of_the_world = text.path in OF_THE_WORLD
        if not is_of_the_world and text.path not in CLAIMED_OF_THE_PRODUCT:
            continue
        claims = list(claims_in(text, is_of_the_world))
        if not claims:
            continue
        paragraphs = spans_of(text.paragraphs)
        backed = _backed(text, paragraphs)
        entries = entries_for(text, claims, reading.document.evidence)
        for claim, entry in zip(claims, entries, strict=True):
            is_said = entry is not None and entry.is_complete
            if not is_said and paragraphs.index(claim.start) not in backed:
                words = text.text[claim.start : claim.end].strip()
                yield text.mark(claim, "warn", f"Nothing says where “{words}” comes from.")


def _backed(text: Text, paragraphs: Spans) -> set[int]:
    """Paragraphs that name a source or an assumption, or tell a job in the customer's words."""
    places = [place.start for place in find_listed(text, "sources")]
    places += [place.start for place in find_listed(text, "assumed")]
    places += [found.start() for found in _LINK.finditer(text.text)]
    backed = {paragraphs.index(place) for place in places}
    pieces = _JOB.get(text.language, ())
    for index, paragraph in enumerate(text.paragraphs):
        if pieces and _has_in_order(paragraph.text.lower(), pieces):
            backed.add(index)
    return backed


def _has_in_order(text: str, pieces: tuple[str, ...]) -> bool:
    place = 0
    for piece in pieces:
        place = text.find(piece, place)
        if place < 0:
            return False
    return True
