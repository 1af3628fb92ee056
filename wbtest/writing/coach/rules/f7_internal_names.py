"""F7: what customers read names no internal project, team or tool.

Names of people are not looked for: only the team knows its members.
"""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import has_listed
from wbtest.writing.coach.lists import Hit, Token, languages_of, tokens_of, words_of
from wbtest.writing.coach.quotes import quotations_in
from wbtest.writing.coach.reading import Reading, Text
from wbtest.writing.coach.spans import spans_of


def check(reading: Reading) -> Iterator[Mark]:
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
                    words = text.text[start:end]
                    yield text.mark(
                        start, end, "stop", f"“{words}” is a name from inside your company."
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


RULE = Rule(
    id="F7",
    title="No internal names in customer questions",
    severity="stop",
    languages=languages_of("internal_words"),
    why="Customers do not know the name, and it tells strangers what was not meant for them.",
    source="Bryar & Carr, Working Backwards, ch. 5; Doc Bar Raisers",
    mend="Say what it does for the customer, or “we”.",
    before="Project Falcon, built by our growth team, is free.",
    after="The photo plan is free.",
    check=check,
    is_honesty=True,
    stops_before="start",
)
