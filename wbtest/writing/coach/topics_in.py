"""What a question of the FAQ is about, by its words. Pure."""

from collections.abc import Iterator

from wbtest.writing.coach.listed import UNSPACED, without_prefix
from wbtest.writing.coach.lists import Token, phrases, words_of
from wbtest.writing.coach.reading import Text


def topics_in(asked: Text, name: str) -> Iterator[str]:
    """Yield the topics whose words stand in a question; the list has them behind ``=>``."""
    if asked.language in UNSPACED:
        for line in words_of(asked.language, name):
            phrase, _, topic = line.partition("=>")
            if phrase.strip() in asked.text:
                yield topic.strip()
        return
    # Also without what is written in one with a word: "l’aide", "والمساعدة".
    bare = [
        Token(token.start, token.end, without_prefix(token.text.rpartition("'")[2]))
        for token in asked.tokens
    ]
    for hit in (*asked.find(name), *phrases(asked.language, name).find(asked.text, bare)):
        yield hit.entry.instead
