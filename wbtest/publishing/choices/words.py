"""The options of a page in words: what one chooses from, and what was chosen. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from wbtest.publishing.choices.options import BOTH, ELSEWHERE, EUROPE, Asked, Options

COUNTING = {
    "cookie": "By a cookie of this page alone",
    "cookieless": "Without a cookie",
}
VISITORS_LIVE = {
    EUROPE: "In the EU or the UK",
    ELSEWHERE: "Elsewhere",
    BOTH: "Both, or we do not know",
}
ASKS_FOR = {
    "price": "Ask for a yes to the price",
    "call": "Ask whether we may call them",
    "preorder": "Offer a pre-order on our own payment page",
}
WEAKNESS = "People behind one office or phone network count as one person."
TRADE_OFF = (
    "A cookie for measurement needs a notice and, in some EU countries, consent. "
    f"Without a cookie neither is needed, but: {WEAKNESS[0].lower()}{WEAKNESS[1:]}"
)


class Said(NamedTuple):
    """One line of the list of options: its name, what holds, and what to know about it."""

    name: str
    text: str
    remark: str = ""


def in_words(options: Options, usual_days: int) -> tuple[Said, ...]:
    """Return every option as a line; ``usual_days`` is how long the server keeps addresses."""
    return tuple(_lines(options, usual_days))


def remark(options: Options) -> str:
    """Return what to know about the way of counting, given where visitors live; '' for nothing.

    >>> from wbtest.publishing.choices.options import Options
    >>> remark(Options(visitors_live="elsewhere"))
    ''
    >>> remark(Options(counting="cookieless"))
    'People behind one office or phone network count as one person.'
    """
    if options.counting == "cookieless":
        return WEAKNESS
    if options.visitors_live in (EUROPE, BOTH):
        return (
            "The page carries a notice of its cookie and a way to object. Some EU countries want "
            "consent beforehand, which it does not ask for."
        )
    return ""


def _lines(options: Options, usual_days: int) -> Iterator[Said]:
    yield Said("Visitors are told apart", COUNTING[options.counting].lower(), remark(options))
    lives = VISITORS_LIVE.get(options.visitors_live, options.visitors_live or "not said")
    yield Said("They live", lives[0].lower() + lives[1:])
    signals = "respected: who sends one is not counted" if options.respects_signals else "ignored"
    yield Said("“Do not track me” signals", signals)
    yield Said("Addresses are confirmed", "by mail" if options.confirms else "no")
    for number, question in enumerate(options.questions, 1):
        name = "Asked afterwards" if len(options.questions) == 1 else f"Asked afterwards, {number}"
        yield Said(name, question.text, _answers(question))
    if not options.questions:
        yield Said("Asked afterwards", "nothing")
    steps = [text for step, text in ASKS_FOR.items() if step in options.asks_for]
    yield Said("Next steps", "; ".join(steps).lower() or "nothing more", options.preorder_url)
    yield Said("Visitors may ask questions", "yes" if options.takes_questions else "no")
    yield Said("Search engines may list the page", "yes" if options.is_indexed else "no")
    days = options.retention_days or usual_days
    yield Said("Addresses are kept", f"{days:,} days")


def _answers(question: Asked) -> str:
    return " · ".join(question.choices) or "answered in their own words"
