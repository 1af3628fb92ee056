"""The words of the tool itself on public pages, in the languages it speaks. Pure.

What the team wrote is in ``page_copy``; here is only what stands around it. The words are in
``languages/<code>.toml``, where a missing entry falls back to English. A team may change the
entries of ``WORDING``. Braces name what a template fills in: ``{product}``, ``{headline}``,
``{speaker}``, ``{controller}``, ``{contact}``, ``{days}``, ``{price}``, ``{host}`` (where the
pre-order is), ``{page}`` (the address of the page), ``{date}`` and ``{end}`` (days in words), and
the three parts of ``long_date``.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from wbtest.publishing.page_copy import PageCopy
from wbtest.publishing.typefaces import letters_of
from wbtest.store import Invalid
from wbtest.writing.text_rules import find_fault, on_one_line, with_plain_breaks

LANGUAGES = Path(__file__).with_name("languages")
# The words that a team may say otherwise on its page, and where each text stands, for members
# who have not seen the page from that side. That the product does not exist, that a quote is
# imagined, what a yes commits to and what the law asks for stay ours.
PLACES = {
    "On the page": {
        "today": "Problem heading",
        "difference": "Alternative heading",
        "with_product": "Solution heading",
        "why_now": "“Why now” heading",
        "from_founder": "Your quote’s heading",
        "cost": "Price heading",
        "questions": "FAQ heading",
        "again": "Second form heading",
        "ask": "Ask a question",
    },
    "Form": {
        "your_email": "Email label",
        "your_name": "Name label",
        "optional": "Optional mark",
        "promise": "What you’ll email about",
    },
    "Footer": {
        "how": "How it works link",
        "privacy": "Privacy heading",
        "object_link": "Opt-out link",
    },
    "After sign-up": {
        "thanks": "Thank you",
        "thanks_next": "What happens next",
        "steps_title": "Your questions: heading",
        "steps_text": "Your questions: text",
        "steps_done": "Your questions: answered",
        "asked": "After a question",
        "back": "Back link",
    },
    "Next steps": {
        "price_question": "Price: question",
        "call_question": "Call: question",
        "call_text": "Call: text",
        "preorder_question": "Pre-order: question",
        "preorder_button": "Pre-order: button",
    },
    "Paused or ended": {
        "paused": "Paused: heading",
        "paused_text": "Paused: text",
        "ended": "Ended: heading",
        "ended_text": "Ended: text",
    },
}
WORDING = {name: label for texts in PLACES.values() for name, label in texts.items()}
# The headings of the pages around a landing page; those of the founder's questions are not known.
SMALL_HEADINGS = (
    *("thanks", "steps_title", "steps_done", "asked", "ended", "paused", "confirm", "confirmed"),
    *("leave", "left", "mine", "how", "privacy", "object_title", "objected", "questions"),
    *("first_the_truth", "call_question", "price_question", "preorder_question"),
    *("how_decided", "responsible", "visit", "one_cookie", "without_cookie", "address"),
    *("how_long", "rights"),
)
# The parts whose paragraphs a layout sets in its display typeface.
SET_LARGE = {
    "mosaic": ("alternative", "quote", "founder"),
    "cards": ("alternative", "quote", "founder"),
    "post": ("quote", "founder"),
    "plain": ("quote",),
}
# What style sheets add: numbers of steps, and quotation marks by language.
DIGITS = "123456"
QUOTATION_MARKS = {"de": "„“", "es": "«»", "fr": "«»"}
LONGEST_WORDING = 300
LONGEST_LABEL = 60
_BLANK = re.compile(r"\{(\w+)\}")


class PageStrings(Struct, frozen=True):
    """Every sentence of the tool that a visitor can read; ``language`` and ``dir`` are its own."""

    language: str
    dir: str

    # The page
    today: str
    difference: str
    with_product: str
    why_now: str
    from_founder: str
    cost: str
    nothing_to_pay: str
    how: str
    how_decided: str
    imagined: str
    imagined_by: str
    imagined_quietly: str
    imagined_quietly_by: str
    questions: str
    again: str
    privacy: str
    object_link: str
    preview: str
    sealed: str

    # A text to post with a link to the page
    post_not_yet: str
    post_ask: str

    # The form
    your_email: str
    your_name: str
    optional: str
    leave_empty: str
    not_yet: str
    not_yet_why: str
    promise: str
    email_missing: str
    email_wrong: str
    name_long: str
    form_old: str
    try_later: str
    too_many: str
    busy: str

    # After the form
    thanks: str
    thanks_next: str
    thanks_confirm: str
    first_the_truth: str
    truth_why: str
    back: str
    steps_title: str
    steps_text: str
    steps_button: str
    steps_skip: str
    answer_long: str
    call_question: str
    call_text: str
    price_question: str
    price_text: str
    preorder_question: str
    preorder_text: str
    preorder_button: str
    yes: str
    no: str
    steps_done: str

    # Our mail to a new address
    mail_subject: str
    mail_why: str
    mail_confirm: str
    mail_leave: str
    mail_thanks: str
    mail_mine: str

    # Our last mail, with the decision
    closing_subject: str
    closing_go: str
    closing_iterate: str
    closing_stop: str
    closing_why: str
    closing_leave: str

    # Confirming and leaving, by the links in our mail
    confirm: str
    confirm_text: str
    confirm_button: str
    confirmed: str
    leave: str
    leave_text: str
    leave_button: str
    left: str
    left_text: str
    mine: str
    mine_text: str
    mine_file: str
    mine_save: str
    mine_at: str
    mine_confirmed: str
    mine_words: str
    mine_version: str
    mine_source: str
    mine_device: str
    mine_language: str
    link_over: str
    link_over_text: str

    # Not being counted
    object_title: str
    object_text: str
    object_button: str
    objected: str
    objected_text: str
    ask: str
    ask_button: str
    asked: str
    asked_text: str
    ask_missing: str
    ask_long: str
    ask_over: str

    # A page that rests or is over
    paused: str
    paused_text: str
    ended: str
    ended_text: str
    ended_unmailed: str
    waiting: str
    waiting_text: str
    waiting_next: str

    # Privacy
    responsible: str
    responsible_text: str
    visit: str
    visit_text: str
    one_cookie: str
    one_cookie_text: str
    without_cookie: str
    without_cookie_text: str
    address: str
    address_text: str
    withdraw_by_link: str
    withdraw_by_writing: str
    how_long: str
    how_long_running: str
    how_long_until: str
    how_long_list: str
    how_long_over: str
    how_long_copies: str
    how_long_pending: str
    how_long_unasked: str
    visit_language: str
    address_answers: str
    address_preorder: str
    address_redirect: str
    first_day: str
    months: str
    long_date: str
    rights: str
    rights_text: str
    signals_text: str


@cache
def strings_for(language: str) -> PageStrings:
    """Return the strings for a language tag, by its first part; English for one we do not speak.

    >>> strings_for("de-AT").language, strings_for("tlh").language
    ('de', 'en')
    """
    spoken = {file.stem: file for file in LANGUAGES.glob("*.toml")}
    code = language.lower().partition("-")[0]
    words: dict[str, str] = {}
    for file in (spoken["en"], spoken.get(code, spoken["en"])):
        words |= tomllib.loads(file.read_text(encoding="utf-8"))
    return PageStrings(**words)


def strings_of(page: PageCopy) -> PageStrings:
    """Return the strings of a page: those of its language, with the words that its team changed.

    Over the second form stands the call to action, unless the team says something else there.
    """
    call = page.cta_text if page.cta_text != page.cta_label else ""
    return _changed(page.language, call, page.wording)


@lru_cache(maxsize=1024)
def _changed(language: str, call: str, wording: tuple[tuple[str, str], ...]) -> PageStrings:
    usual = {"again": call} if call else {}
    # Whatever a row says, it takes nothing away that stays ours.
    changed = {name: text for name, text in wording if name in WORDING}
    return replace(strings_for(language), **(usual | changed))


def usual_wording(language: str) -> dict[str, str]:
    """Return what stands on a page in this language when nobody says otherwise, by name."""
    strings = strings_for(language)
    return {name: getattr(strings, name) for name in WORDING}


def blanks_of(text: str) -> frozenset[str]:
    """Return the names in braces, which the page fills in.

    >>> sorted(blanks_of("With {product}"))
    ['product']
    """
    return frozenset(_BLANK.findall(text))


def longest_wording(default: str) -> int:
    """Return how long a text in this one's place may be, in characters: labels stay labels."""
    return LONGEST_LABEL if len(default) < LONGEST_LABEL // 2 else LONGEST_WORDING


def check_wording(wording: Mapping[str, str], language: str) -> dict[str, str]:
    """Return what differs from the usual words. Raises Invalid for the first that cannot be."""
    for fault in faults_of_wording(wording, language):
        raise fault
    return dict(_own_words(wording, usual_wording(language)))


def faults_of_wording(wording: Mapping[str, str], language: str) -> Iterator[Invalid]:
    """Yield everything that cannot stand on a page in this language, at its field."""
    usual = usual_wording(language)
    for name, text in _own_words(wording, usual):
        if name not in usual:
            yield Invalid(str(name)[:40], "This text can’t be changed.")
        elif fault := _fault_of_words(text, usual[name]):
            yield Invalid(name, fault)


def _own_words(wording: Mapping[str, str], usual: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what a team typed and the page would not say anyway, by name."""
    for name, typed in wording.items():
        text = on_one_line(with_plain_breaks(typed)).strip()
        # Where nothing is kept of `again`, the call to action stands in its place.
        if name not in usual or (text and (text != usual[name] or name == "again")):
            yield name, text


def _fault_of_words(text: str, default: str) -> str:
    """Why this can't stand in the place of the default, or ''."""
    if fault := find_fault(text, longest_wording(default)):
        return fault
    needed, found = blanks_of(default), blanks_of(text)
    for blank in sorted(needed - found):
        return f"Keep {{{blank}}}; the page fills it in."
    for blank in sorted(found - needed):
        return f"Nothing is filled in for {{{blank}}} here. Write the words out."
    # A brace on its own would break the filling in.
    if re.search("[{}]", _BLANK.sub("", text)):
        return "Leave out braces that hold no name."
    return ""


def display_letters(pages: Iterable[PageCopy]) -> str:
    """Return the letters that the landing pages of one test set in their display typeface.

    These are the headings, and of each part what its layout sets large.
    """
    return letters_of(
        text for page in pages for text in (*_heading_texts(page), *_large_paragraphs(page))
    )


def heading_letters(pages: Iterable[PageCopy]) -> str:
    """Return those of the headings, the price, and the letter with which a post begins."""
    return letters_of(text for page in pages for text in _heading_texts(page))


def _heading_texts(page: PageCopy) -> Iterator[str]:
    strings = strings_of(page)
    yield from (page.product, page.headline, page.price, strings.questions, strings.again, DIGITS)
    yield strings.with_product.format(product=page.product)
    layout = page.look.layout
    if layout in ("post", "plain"):
        yield from (strings.today, strings.difference, strings.why_now, strings.from_founder)
    if layout == "post":
        yield from (first[:1] for first in _first_paragraphs(page))


def _large_paragraphs(page: PageCopy) -> Iterator[str]:
    layout = page.look.layout
    yield QUOTATION_MARKS.get(strings_of(page).language, "“”")
    for section in page.sections:
        if section.kind in SET_LARGE[layout]:
            yield from section.paragraphs
    if layout == "mosaic":
        yield from _first_paragraphs(page)


def _first_paragraphs(page: PageCopy) -> Iterator[str]:
    return (
        section.paragraphs[0] for section in page.sections if section.kind in ("problem", "body")
    )


def small_letters(pages: Sequence[PageCopy]) -> str:
    """Return the letters of the headings on the pages around a test's landing pages."""
    product, strings = pages[0].product, strings_of(pages[0])
    headings = [getattr(strings, name).format(product=product, price="") for name in SMALL_HEADINGS]
    # One asks about the price, which a variant may have of its own.
    return letters_of([product, *headings, *(page.price for page in pages)])
