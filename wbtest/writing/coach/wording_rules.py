"""Rules on words: those that only insiders know, weasel words, hype and excitement."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from wbtest.writing.coach.document_reader import (
    Mark,
    Place,
    Reading,
    Severity,
    Text,
    find_listed,
    has_listed,
    spans_of,
    without_overlaps,
)
from wbtest.writing.coach.names import acronyms_in, explained_otherwise
from wbtest.writing.coach.numbers import numbers_in, pairs_of
from wbtest.writing.coach.quote_rules import quotations_in
from wbtest.writing.coach.word_lists import Hit, Phrases, Token, tokens_of, words_of

# Elsewhere letters have no capitals, or Latin ones are a foreign word of their own.
LATIN = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ca", "cs", "da", "et", "fi", "hr", "hu"),
    *("id", "lt", "lv", "nb", "ro", "sk", "sl", "sv", "sw", "tr", "vi"),
)
FEWEST_LETTERS = 2
MOST_LETTERS = 6
# Any two words have the initials of an acronym of two letters.
FEWEST_INITIALS = 3
# An explanation stands within as many words.
NEAR = 25
SMALL_WORD = 3
_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_DATELINE = re.compile(r"[^.!?\n]{1,60}?\s[—–-]{1,2}\s")
_BRACKET = re.compile(r"\s?[(\[]([^()\[\]]{1,120})[)\]]")
_PLACE = re.compile(r"[^\W\d_]{2,}, $")
LONGEST_PLACE = 30


def check_acronyms(reading: Reading) -> Iterator[Mark]:
    """Mark each acronym that nobody explains where it first appears.

    A headline has no room for that, so what the text below explains is explained.
    """
    known = _known(reading)
    cities = {token.text.upper() for token in tokens_of(reading.document.dateline.city)}
    for text in sorted(reading.prose, key=lambda text: text.part in ("headline", "subheading")):
        for index, acronym in _acronyms(text):
            if acronym in known or (text.path == "summary" and acronym in cities):
                continue
            known.add(acronym)
            if not _is_explained(text, index, acronym):
                start = text.tokens[index].start
                yield text.mark(
                    Place(start, start + len(acronym)),
                    "warn",
                    "Nothing says what “{}” stands for where it first appears.",
                )


def _known(reading: Reading) -> set[str]:
    """Capitals that need no explanation here: well-known ones, names, and words that also stand
    in small letters, so that the capitals only stress them."""
    document = reading.document
    names = (document.product, document.company_quote.speaker, document.customer_quote.speaker)
    listed = words_of("any", "capitals") | words_of(reading.language, "capitals")
    # A11 marks these already, and to explain them would not help.
    metrics = {line.partition("=>")[0].strip() for line in words_of("any", "metrics")}
    given = " ".join((*names, document.segment, *reading.settings.allowed))
    stressed = {
        token.text
        for text in reading.prose
        for token in text.tokens
        if text.text[token.start : token.end].islower()
    }
    words = {token.text for token in tokens_of(given)}
    singular = {word.removesuffix("s") for word in words}
    return {word.upper() for word in {*listed, *metrics, *stressed, *words, *singular}}


def _acronyms(text: Text) -> Iterator[tuple[int, str]]:
    """Number of the token and letters of each acronym; none in sentences written in capitals."""
    dateline = _DATELINE.match(text.text) if text.path == "summary" else None
    begin, index = dateline.end() if dateline else 0, 0
    for sentence in text.sentences:
        found, others = [], 0
        while index < len(text.tokens) and text.tokens[index].start < sentence.end:
            acronym = _acronym(text, index)
            if acronym and text.tokens[index].start >= begin:
                found.append((index, acronym))
            others += not acronym
            index += 1
        if len(found) <= max(2, others):
            yield from found


def _acronym(text: Text, index: int) -> str:
    """The capitals of a token, without an ending as in “SMEs” and “NHS’s”; '' when it is none."""
    start, end, _ = text.tokens[index]
    word = text.text[start:end].replace("’", "'").partition("'")[0]
    capitals = word.removesuffix("s")
    is_acronym = (
        FEWEST_LETTERS <= len(capitals) <= MOST_LETTERS
        and capitals.isalpha()
        and capitals.isupper()
        and not _ROMAN.fullmatch(capitals)
        and not _is_in_address(text.text, start, end)
        and not (
            len(capitals) == FEWEST_LETTERS
            and capitals.lower() in words_of("any", "regions")
            and _PLACE.search(text.text, max(0, start - LONGEST_PLACE), start)
        )
    )
    return capitals if is_acronym else ""


def _is_in_address(text: str, start: int, end: int) -> bool:
    """Whether the letters belong to an address, a file, a tag, or a name such as AT&T."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 2]
    return (
        before in tuple("@#/._&")
        or after[:1] in tuple("@/_&")
        or (after[:1] == "." and after[1:].isalnum())
    )


def _is_explained(text: Text, index: int, acronym: str) -> bool:
    """Whether it reads “ABC (Always Be Closing)”, “Always Be Closing (ABC)”, or the words whose
    initials it has stand near it."""
    token = text.tokens[index]
    bracket = _BRACKET.match(text.text, token.end)
    if bracket and sum(map(str.isalpha, bracket[1])) > len(acronym):
        return True
    before = text.tokens[max(0, index - NEAR) : index]
    after = text.tokens[index + 1 : index + 1 + NEAR]
    if text.text[token.start - 1 : token.start] in ("(", "[") and any(
        word.text.startswith(acronym[0].lower()) for word in before[-len(acronym) - 2 :]
    ):
        return True
    return len(acronym) >= FEWEST_INITIALS and any(
        acronym.lower() in "".join(word.text[0] for word in words if len(word.text) > smallest)
        for words in (before, after)
        for smallest in range(SMALL_WORD + 1)
    )


_DENSE_FROM = "\u0e00"


def check_jargon(reading: Reading) -> Iterator[Mark]:
    """Mark words of the list, and the team's own in any language, once each place."""
    allowed = {word.strip().lower() for word in reading.settings.allowed}
    own = Phrases(reading.settings.jargon)
    for text in reading.prose:
        found = dict.fromkeys(_own_places(text, own, reading.settings.jargon), "")
        wanted = {(place.start, place.end) for place in find_listed(text, "jargon")}
        for hit in text.find("jargon"):
            if (hit.start, hit.end) in wanted:
                found.setdefault((hit.start, hit.end), hit.entry.instead)
        reach = 0
        for (start, end), instead in sorted(found.items()):
            words = text.text[start:end]
            if start >= reach and words.lower() not in allowed:
                reach = end
                fix = f"Plainer: {instead}." if instead else ""
                yield text.mark(Place(start, end), "warn", "“{}” is office jargon.", fix)


def _own_places(text: Text, own: Phrases, jargon: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    for hit in text.find_in(own):
        yield hit.start, hit.end
    # Thai, Chinese and Japanese put no spaces between words: look anywhere.
    for term in {term.strip() for term in jargon}:
        if term and term[0] >= _DENSE_FROM:
            start = text.text.find(term)
            while start >= 0:
                yield start, start + len(term)
                start = text.text.find(term, start + len(term))


_WORD = re.compile(r"\w+")
# At most one word stands between the number and the people: "10,000 paying customers".
_COUNTED = re.compile(r"(?:\W{1,3}\w+)?\W{1,3}(\w[\w\-]*)")
LONGEST_COUNTED = 60


def check_internal_metrics(reading: Reading) -> Iterator[Mark]:
    """Mark the terms, and a goal of so many customers, but for what is the customers' own word."""
    texts = [*reading.release, *(t for e in reading.external for t in (e.asked, e.answer))]
    theirs = _words_of_customers(reading, texts)
    for text in texts:
        fine = theirs | _meant_otherwise([text])
        goals = set(_goals(text))
        terms = {
            place
            for place in (*find_listed(text, "metrics"), *acronyms_in(text.text))
            if text.text[place.start : place.end].lower().rstrip("s") not in fine
        }
        for place in without_overlaps(goals | terms):
            yield text.mark(place, "stop", _message(text, place, goals))


def _message(text: Text, place: Place, goals: set[Place]) -> str:
    if place in goals:
        return "This is your goal, not the customer’s."
    words = text.text[place.start : place.end]
    return f"“{words}” is how you measure yourselves. No customer asks for it."


def _goals(text: Text) -> Iterator[Place]:
    """Where a sentence about our goal counts customers: "Our goal is 10,000 users".

    Anybody to be reached counts as one, whatever they're called: "We aim to reach 500 bakers".
    """
    customers = words_of(text.language, "audience")
    yield from _counting(text, "goals", customers)
    yield from _counting(text, "reaching", customers | words_of(text.language, "reached"))


def _counting(text: Text, name: str, people: frozenset[str]) -> Iterator[Place]:
    """From a phrase of the list called ``name`` to the people whom its sentence counts."""
    begun = find_listed(text, name)
    if not begun:
        return
    sentences = spans_of(text.sentences)
    ends: dict[int, int] = {}
    for number in numbers_in(text.text, text.language):
        if not text.text[number.start].isdecimal():
            continue  # "Our goal is that two customers share a ride."
        counted = _end_of_counted(text.text, number.end, people)
        if counted:
            ends.setdefault(sentences.index(number.start), counted)
    for place in begun:
        end = ends.get(sentences.index(place.start), 0)
        if end > place.end:
            yield Place(place.start, end)


def _end_of_counted(text: str, end: int, people: frozenset[str]) -> int:
    """Where the people end who are counted by the number before, 0 when it counts others."""
    counted = _COUNTED.match(text, end, min(len(text), end + LONGEST_COUNTED))
    words = _WORD.finditer(text, end, counted.end()) if counted else ()
    return next((word.end() for word in words if word[0].lower() in people), 0)


def _words_of_customers(reading: Reading, texts: list[Text]) -> set[str]:
    """Terms that customers call their own: of the segment, or explained so."""
    document = reading.document
    own = f"{document.segment} {document.product}".lower()
    theirs = {term for text in texts for term in explained_otherwise(text.text)}
    theirs |= set(_WORD.findall(own))
    # An acronym means one thing in the whole release, a word may mean two.
    theirs |= _meant_otherwise(texts) & pairs_of("any", "metrics").keys()
    return theirs | {word.rstrip("s") for word in theirs}


def _meant_otherwise(texts: list[Text]) -> set[str]:
    """Terms that mean something else in these texts: the churn beside milk."""
    words = {token.text for text in texts for token in text.tokens}
    contexts = pairs_of("any", "metrics_fine").items()
    return {term for term, context in contexts if not words.isdisjoint(context.split(", "))}


def check_internal_names(reading: Reading) -> Iterator[Mark]:
    """Mark code names, names of teams and tools that no customer has heard of.

    What the release itself names is public, and what stands between quotation marks is a label.
    """
    public = {token.text for text in reading.release for token in text.tokens}
    public.update(token.text for token in tokens_of(reading.document.product))
    asked = {token.text for entry in reading.external for token in entry.asked.tokens}
    for entry in reading.external:
        for text in (entry.asked, entry.answer):
            said = spans_of(quotations_in(text.text))
            for start, end in sorted({*_names(text, public), *_tools(text, public | asked)}):
                if not said.covers(start):
                    yield text.mark(
                        Place(start, end), "stop", "“{}” is a name from inside your company."
                    )


def _names(text: Text, public: set[str]) -> Iterator[tuple[int, int]]:
    """Words that are internal wherever they stand, and projects with a name of their own."""
    for hit in text.find("internal_words"):
        if text.text[hit.start : hit.end].lower() not in public:
            yield hit.start, hit.end
    index_of = {token.start: index for index, token in enumerate(text.tokens)}
    begins = {sentence.start for sentence in text.sentences}
    known = words_of(text.language, "known_projects") | public
    for hit in text.find("project_words"):
        index = index_of[hit.start]
        before = text.tokens[index - 1 : index]
        after = text.tokens[index + len(hit.entry.words) :][:1]
        if not after or _is_title(text, before, hit, begins):
            continue
        name = after[0]
        is_next = text.text[hit.end : name.start] == " "
        is_named = text.text[name.start].isupper() and name.text not in known
        if is_next and is_named and len(name.text) > 1:
            yield hit.start, name.end


def _is_title(text: Text, before: list[Token], hit: Hit, begins: set[int]) -> bool:
    """Whether the word before belongs to the name: “Microsoft Project Online”."""
    if not before or text.text[before[0].end : hit.start] != " ":
        return False
    return text.text[before[0].start].isupper() and before[0].start not in begins


def _tools(text: Text, public: set[str]) -> Iterator[tuple[int, int]]:
    """Tools of the trade, where the company says that it uses them itself."""
    sentences = spans_of(text.sentences)
    for hit in text.find("internal_tools"):
        if hit.entry.words[0] in public:
            continue
        sentence = text.sentences[sentences.index(hit.start)]
        part = Text(text.path, text.part, text.section, sentence.text, text.language)
        if has_listed(part, "first_person") and not has_listed(part, "connecting"):
            yield hit.start, hit.end


# How many words may stand between the superlative and "ever".
SUPERLATIVE_REACH = 6
SHORTEST = len("best")
OF_ALL = ("the", "our", "world's")
IRREGULAR = ("best", "most")
# How many words further the thing may stand that is sold: "the smartest recall tool".
SOLD_REACH = 3
WHOLE_WORLDS = ("world's", "country's", "nation's", "industry's", "market's")
SOLD_OF_ALL = ("the", "our", "'s")
# With one of these another phrase begins: "the best of their tools".
SMALL = ("of", "for", "in", "on", "at", "to", "with", "and", "or", "their", "his", "her", "your")
# The best soup that she ever ate is her own affair.
PEOPLE = ("i", "we", "you", "he", "she", "they", "who", "i've", "we've", "they've", "had", "have")
# Where people live without the product, and what customers say of their own lives.
FREE_TO_SAY = ("problem", "alternative", "customer_quote.text")


def superlatives_in(text: Text) -> Iterator[Place]:
    """Yield from the superlative to its "ever", or to the thing that is sold."""
    if text.language != "en" or text.path in FREE_TO_SAY:
        return
    yield from _of_what_is_sold(text)
    tokens = text.tokens
    for index, token in enumerate(tokens):
        if token.text != "ever":
            continue
        for number in range(index - 1, max(0, index - SUPERLATIVE_REACH) - 1, -1):
            words = text.text[tokens[number].start : token.start]
            if tokens[number].text in PEOPLE or any(sign in words for sign in ".!?;:,"):
                break
            if _is_superlative(tokens, number):
                yield Place(tokens[number].start, token.end)
                break


def _of_what_is_sold(text: Text) -> Iterator[Place]:
    """Where an app, a tool or the like is the best in a way that nobody can measure."""
    tokens, things = text.tokens, words_of("en", "sold_things")
    for hit in text.find("vague_superlatives"):
        index = bisect_left(tokens, hit.start, key=lambda token: token.start)
        behind = index + len(hit.entry.words)
        before = tokens[index - 1].text if index else ""
        if before in WHOLE_WORLDS:
            yield Place(hit.start, hit.end)
            continue
        is_of_all = before.endswith(SOLD_OF_ALL)
        reach = tokens[behind : behind + SOLD_REACH] if is_of_all else []
        for number, thing in enumerate(reach, behind):
            words = text.text[hit.start : thing.end]
            if thing.text in SMALL or any(sign in words for sign in ".!?;:,"):
                break
            if thing.text in things:
                if not _is_ever(tokens, number):
                    yield Place(hit.start, thing.end)
                break


def _is_ever(tokens: list[Token], index: int) -> bool:
    """Whether an "ever" follows soon; it is told as one claim."""
    return any(token.text == "ever" for token in tokens[index + 1 : index + 1 + SUPERLATIVE_REACH])


def _is_superlative(tokens: list[Token], number: int) -> bool:
    word = tokens[number].text
    if not number or tokens[number - 1].text not in OF_ALL or len(word) < SHORTEST:
        return False
    is_one = word.endswith("est") and word not in words_of("en", "superlative_fine")
    return is_one or word in IRREGULAR


# With a capital letter these are the month and the question: "May I cancel?"
MODALS = ("may", "might")
# What may stand before the first word of a sentence: a quotation mark, a dash and a space.
LONGEST_OPENING = 2
LONGEST_NUMBER = 20
# Between “whether” and “might”.
LONGEST_QUESTION = 60
_STOP = re.compile(r"[.!?;:]")


def check_weasel_words(reading: Reading) -> Iterator[Mark]:
    """Mark words that leave open how much, how often, who, or whether.

    What stands in quotation marks is somebody's own speech, and so is all the customer says.
    """
    for text in reading.prose:
        if text.path == "customer_quote.text":
            continue
        hits = [hit for hit in _without_questions(text) if not _is_name(text, hit)]
        hits += [hit for hit in text.find("weasel_numbers") if _has_number(text, hit)]
        fine = _fine(text) if hits else {}
        for hit in hits:
            if hit.end > fine.get(hit.start, 0):
                yield text.mark(
                    hit,
                    "warn",
                    "“{}” is vague.",
                    f"Say {hit.entry.instead}." if hit.entry.instead else "",
                )


def _fine(text: Text) -> dict[int, int]:
    """The characters within quotation marks, and in phrases that only look like hedges, each with
    the end of its quotation or phrase."""
    places = [(hit.start, hit.end) for hit in text.find("weasel_fine")]
    places += [(said.start, said.end) for said in quotations_in(text.text)]
    return {index: end for start, end in places for index in range(start, end)}


def _is_name(text: Text, hit: Hit) -> bool:
    """Whether a capital letter within a sentence makes a name of it: Very, Most, the month May.

    Headlines may have capitals on every word.
    """
    if not text.text[hit.start].isupper():
        return False
    if hit.entry.phrase in MODALS:
        return True
    number = bisect_right(text.sentences, hit.start, key=lambda sentence: sentence.start)
    before = text.text[text.sentences[number - 1].start : hit.start]
    return len(before) > LONGEST_OPENING and text.path not in ("headline", "subheading")


def _without_questions(text: Text) -> Iterator[Hit]:
    """Hedges, but for modals in an indirect question: "She asks whether she might cook"."""
    ends = [asked.end for asked in text.find("indirect")]
    for hit in text.find("weasel"):
        last = bisect_right(ends, hit.start) - 1
        is_near = last >= 0 and hit.start - ends[last] <= LONGEST_QUESTION
        is_asked = is_near and not _STOP.search(text.text, ends[last], hit.start)
        if hit.entry.phrase not in MODALS or not is_asked:
            yield hit


def _has_number(text: Text, hit: Hit) -> bool:
    """Whether a number follows, in digits or in one or two words, behind a currency or not."""
    rest = text.text[hit.end : hit.end + LONGEST_NUMBER].lstrip(" \u00a0\n~£$€¥₹")
    words = _WORD.findall(rest.lower())[:2]
    numbers = words_of(text.language, "weasel_after_up_to")
    return rest[:1].isdecimal() or not numbers.isdisjoint((*words[:1], " ".join(words)))


def check_hype(reading: Reading) -> Iterator[Mark]:
    """Mark each word of hype, and each promise of ease or speed in a sentence without a number."""
    for text in reading.prose:
        severity: Severity = "stop" if text.path == "headline" else "warn"
        for place in find_listed(text, "hype"):
            yield text.mark(place, severity, "“{}” is a claim no customer would make.")
        for place in superlatives_in(text):
            yield text.mark(place, severity, "Nobody can check “{}”.", "Say by how much.")
        yield from _promises(text, severity)


def _promises(text: Text, severity: Severity) -> Iterator[Mark]:
    # A sentence with a number says how easy or how fast; without one it only claims it.
    places = find_listed(text, "ease")
    if not places:
        return
    sentences = spans_of(text.sentences)
    starts = [number.start for number in numbers_in(text.text, text.language)]
    starts += [place.start for place in find_listed(text, "measured")]
    starts += [one.start for one in text.sentences if any(map(str.isdecimal, one.text))]
    measured = {sentences.index(start) for start in starts}
    for place in places:
        if sentences.index(place.start) not in measured:
            yield text.mark(
                place,
                severity,
                "How “{}” is it?",
                "Give the number: minutes, steps, clicks. Or show it happening.",
            )


# How many words before it may name who is excited: "we are all very excited to".
EXCITEMENT_REACH = 4
# Lists that name no one speak of people's feelings too: "Ben is excited to go to school".
NAMELESS = ("en",)


def check_excited(reading: Reading) -> Iterator[Mark]:
    """Mark where the company says how it feels; customers may feel what they like."""
    for text in reading.prose:
        for place in find_listed(text, "excited"):
            if _is_of_the_company(text, place, reading.document.product):
                yield text.mark(place, "warn", "“{}” is how you feel, not what they get.")


def _is_of_the_company(text: Text, place: Place, product: str) -> bool:
    is_customer = text.path == "customer_quote.text"
    if text.language not in NAMELESS:
        return not is_customer
    tokens = text.tokens
    index = bisect_left(tokens, place.start, key=lambda token: token.start)
    behind = bisect_left(tokens, place.end, key=lambda token: token.start)
    following = tokens[behind].text if behind < len(tokens) else ""
    if following in words_of(text.language, "announce"):
        return True
    before = {token.text for token in tokens[max(0, index - EXCITEMENT_REACH) : index]}
    ours = words_of(text.language, "ours") | set(product.lower().split())
    return not is_customer and bool(before & ours)
