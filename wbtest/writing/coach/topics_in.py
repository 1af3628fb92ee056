"""What a question of the FAQ is about, by its words. Pure."""

import re
from collections.abc import Iterator

from wbtest.writing.coach.listed import UNSPACED, without_prefix
from wbtest.writing.coach.lists import Token, phrases, words_of
from wbtest.writing.coach.reading import Text
from wbtest.writing.faq import topic_labelled

_LABEL = re.compile(r"[^:：]*(?=[:：])")


def topics_in(asked: Text, name: str, topics: tuple[str, ...]) -> Iterator[str]:
    """Yield the topic that a question begins with ("Key risks: …"), and those of its words.

    The list called ``name`` has the topics behind ``=>``.
    """
    if label := _LABEL.match(asked.text):
        yield topic_labelled(label[0], topics)
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
