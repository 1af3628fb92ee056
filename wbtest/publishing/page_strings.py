"""The words of the tool itself on public pages, in the languages it speaks. Pure.

What the team wrote is in ``page_copy``; here is only what stands around it. English is written
below, other languages in ``languages/<code>.toml``, where a missing entry falls back to English. A
team may change the entries of ``WORDING``. Braces name what a template fills in: ``{product}``,
``{speaker}``, ``{controller}``, ``{contact}``, ``{days}``, ``{price}``, ``{host}`` (where the
pre-order is), ``{page}`` (the address of the page), ``{date}`` and ``{end}`` (days in words), and
the three parts of ``long_date``.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from wbtest.publishing.page_copy import PageCopy
from wbtest.writing.text_rules import find_fault, on_one_line, with_plain_breaks

LANGUAGES = Path(__file__).with_name("languages")
# The words that a team may say otherwise on its page, in the order in which a visitor meets them.
# That the product does not exist, that a quote is imagined and what the law asks for stay ours.
WORDING = (
    *("your_email", "your_name", "optional", "promise", "today", "difference", "with_product"),
    *("why_now", "questions", "again", "cookie", "privacy", "object_link"),
    *("thanks", "thanks_next", "back", "steps_title", "steps_text", "steps_done", "ask", "asked"),
    *("paused", "paused_text", "ended", "ended_text"),
)
# Where each text stands, for whoever has not seen the page from that side.
PLACES = {
    "On the page": {
        "today": "Problem heading",
        "difference": "Alternative heading",
        "with_product": "Solution heading",
        "why_now": "“Why now” heading",
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
        "cookie": "Cookie note",
        "privacy": "Privacy link",
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
    "Paused or ended": {
        "paused": "Paused: heading",
        "paused_text": "Paused: text",
        "ended": "Ended: heading",
        "ended_text": "Ended: text",
    },
}
LONGEST_WORDING = 300
LONGEST_LABEL = 60
_BLANK = re.compile(r"\{(\w+)\}")


class PageStrings(Struct, frozen=True):
    """Every sentence of the tool that a visitor can read; ``language`` and ``dir`` are its own."""

    language: str = "en"
    dir: str = "ltr"

    # The page
    today: str = "The problem"
    difference: str = "What changes"
    with_product: str = "With {product}"
    why_now: str = "Why now"
    imagined: str = "Imagined. Nobody has used {product} yet."
    imagined_by: str = "Imagined customer: {speaker}. Nobody has used {product} yet."
    imagined_quietly: str = "Imagined, as a customer might say it."
    imagined_quietly_by: str = "Imagined customer: {speaker}."
    questions: str = "Questions"
    again: str = "Be among the first"
    cookie: str = "One cookie makes sure you always see the same version."
    no_cookie: str = "This page sets no cookie."
    privacy: str = "Privacy"
    object_link: str = "Don’t count my visits"
    preview: str = "Preview. Visits here aren’t counted."
    from_short: str = "This page is based on a short press release."
    approved_alone: str = "Approved alone, on day one."
    sealed: str = "We set our decision rule before this page went live."

    # The form
    your_email: str = "Your email"
    your_name: str = "Your name"
    optional: str = "optional"
    leave_empty: str = "Leave this empty"
    not_yet: str = "{product} does not exist yet."
    not_yet_why: str = (
        "We’re finding out whether to build it. Leave your email and we’ll tell you either way."
    )
    promise: str = "We’ll only email you about {product}."
    email_missing: str = "Enter your email."
    email_wrong: str = "That email looks incomplete. Check it and try again."
    name_long: str = "This name is too long. Use a shorter one."
    form_old: str = "This page was open for a long time. Send the form again."
    try_later: str = "That didn’t reach us. Try again in a minute."
    too_many: str = "We’ve had a lot of sign-ups from your network. Try again in an hour."
    busy: str = "A lot of people are signing up right now. Try again in an hour."

    # After the form
    thanks: str = "Thanks, you’re on the list."
    thanks_next: str = "We’ll email you once we’ve decided, yes or no."
    thanks_confirm: str = (
        "One more step: open the email we just sent and confirm your address. Not there in a "
        "few minutes? Check your spam folder."
    )
    first_the_truth: str = "Before anything else: {product} doesn’t exist yet."
    truth_why: str = (
        "We showed you this page as if it did, to find out whether to build it. You haven’t "
        "bought anything, and you don’t owe anything."
    )
    back: str = "Back to the page"
    steps_title: str = "Can we ask you something?"
    steps_text: str = "Skip anything you like."
    steps_button: str = "Send"
    steps_skip: str = "Skip this"
    answer_long: str = "This answer is too long. Keep it under 1,000 characters."
    call_question: str = "Can we call you about {product}?"
    call_text: str = "If so, we’ll email you first to find a time."
    price_question: str = "The price: {price}. Would you pay it?"
    price_text: str = (
        "Saying yes doesn’t commit you to anything. It helps us decide whether to build {product}."
    )
    preorder_question: str = "Would you like to pre-order {product}?"
    preorder_text: str = (
        "{product} doesn’t exist yet, and we don’t take any money here. The button opens "
        "{host}, where you can see what you’d pay and when you’d get it."
    )
    preorder_button: str = "Go to the pre-order"
    yes: str = "Yes"
    no: str = "No"
    steps_done: str = "Thanks. That helps us decide."

    # Our mail to a new address
    mail_subject: str = "Confirm your email for {product}"
    mail_why: str = "Someone signed up for {product} at {page} with this email address."
    mail_confirm: str = "If that was you, confirm it here:"
    mail_leave: str = "If it wasn’t you, or you change your mind, delete your sign-up here:"
    mail_thanks: str = "{product}: thanks for signing up"
    mail_mine: str = "See what we store about you:"

    # Our last mail, with the decision
    closing_subject: str = "{product}: what we decided"
    closing_go: str = (
        "Hello,\n\nYou signed up for {product}. We’ve decided to build it, and you’re one of "
        "the people who convinced us.\n\nThank you."
    )
    closing_iterate: str = (
        "Hello,\n\nYou signed up for {product}. We’ve decided to change the idea and try "
        "again. You helped us see what’s still missing.\n\nThank you."
    )
    closing_stop: str = (
        "Hello,\n\nYou signed up for {product}. We’ve decided not to build it. You helped us "
        "find that out early.\n\nThank you."
    )
    closing_why: str = "You’re getting this email because you signed up for {product} at {page}."
    closing_leave: str = "We keep your email until {date} at the latest. You can delete it now:"

    # Confirming and leaving, by the links in our mail
    confirm: str = "Confirm your email"
    confirm_text: str = "We’ll keep you posted about {product}."
    confirm_button: str = "Confirm"
    confirmed: str = "Thanks, your email is confirmed."
    leave: str = "Unsubscribe and delete your email?"
    leave_text: str = (
        "We’ll delete your email and your name. Your sign-up stays in our totals, "
        "anonymously. You won’t hear about {product} again."
    )
    leave_button: str = "Delete my email"
    left: str = "Your email is deleted."
    left_text: str = "You won’t hear about {product} again."
    mine: str = "What we store about you"
    mine_text: str = "This is everything linked to your email on this page."
    mine_file: str = "Download as a file"
    mine_save: str = "Save name"
    mine_at: str = "Signed up"
    mine_confirmed: str = "Confirmed"
    mine_words: str = "Text beside the button"
    mine_version: str = "Version of the page"
    mine_source: str = "Came from"
    mine_device: str = "Device"
    mine_language: str = "Language of the browser"
    link_over: str = "This link no longer works."
    link_over_text: str = (
        "It was already used, or it’s too old. If you’d like to hear from us, sign up on the "
        "page again."
    )

    # Not being counted
    object_title: str = "Stop counting my visits"
    object_text: str = (
        "We’ll stop counting your visits to this page in this browser. A cookie with no ID "
        "in it remembers your choice."
    )
    object_button: str = "Don’t count my visits"
    objected: str = "We no longer count your visits."
    objected_text: str = "That applies to this page in this browser, until you delete its cookies."
    ask: str = "Missing something? Ask us."
    ask_button: str = "Ask"
    asked: str = "Thanks, we got your question."
    asked_text: str = "It’s anonymous, so we can’t reply to you directly."
    ask_missing: str = "Enter your question."
    ask_long: str = "This question is too long. Shorten it and try again."
    ask_over: str = "This page takes no more questions. Write to {contact}."

    # A page that rests or is over
    paused: str = "This page is paused."
    paused_text: str = "Come back a little later."
    ended: str = "Sign-up is closed."
    ended_text: str = "If you signed up, you’ll hear from us."
    ended_unmailed: str = (
        "If we didn’t ask you to confirm your email, we keep it until {date}. To have it deleted "
        "sooner, write to {contact}."
    )
    waiting: str = "{product} doesn’t exist yet. Join the waiting list."
    waiting_text: str = (
        "We’ll only email you when there’s news about {product}. We keep your email until "
        "{date} at the latest, and you can delete it at any time."
    )
    waiting_next: str = (
        "You’re on the waiting list. We’ll email you when there’s news about {product}."
    )

    # Privacy
    responsible: str = "Who is responsible"
    responsible_text: str = "{controller} is responsible for this page. Write to {contact}."
    visit: str = "When you open the page"
    visit_text: str = (
        "We store when you opened the page, which version you got, whether it was on your "
        "screen, which questions you opened, how far you read, whether you used the form, "
        "which link you came through, and whether you used a phone or a computer. We don’t "
        "store your IP address or how your browser identifies itself. We count visits to "
        "decide what to build: that’s our legitimate interest (GDPR, article 6(1)(f))."
    )
    one_cookie: str = "One cookie"
    one_cookie_text: str = (
        "It holds a random number for this page only, so that you see the same version each "
        "time. It lasts at most 13 months, even after the test: if we test this idea again, "
        "it tells us to leave your visits out. No other company gets anything."
    )
    without_cookie: str = "No cookie"
    without_cookie_text: str = (
        "From your IP address and how your browser identifies itself we work out a number, "
        "with a key that only this page has, so that you see the same version each time and are "
        "counted once. We store the number, never what it was made from. After the test we "
        "destroy the key, and nobody can tell whose number it was. People who share a "
        "network and a kind of browser look like one person to us. No other company gets "
        "anything."
    )
    address: str = "When you sign up"
    address_text: str = (
        "We store your email, your name if you give it, the time, and the text beside the "
        "button. We use them to email you about {product}, with your consent (GDPR, article "
        "6(1)(a))."
    )
    withdraw_by_link: str = "You can withdraw it at any time with the link in each email."
    withdraw_by_writing: str = "You can withdraw it at any time: write to {contact}."
    how_long: str = "How long"
    how_long_running: str = (
        "The test ends on {end} at the latest. We delete this data {days} days after it "
        "ends, and keep only anonymous totals."
    )
    how_long_until: str = (
        "We keep this data until {date}. Then we delete it and keep only anonymous totals."
    )
    how_long_list: str = "If you join the waiting list, we keep it until {date}."
    how_long_over: str = (
        "The test is over, and we’ve deleted what we knew about its visitors. Only anonymous "
        "totals remain."
    )
    how_long_copies: str = "What we delete is gone from our backups {days} days later."
    how_long_pending: str = (
        "If we ask you to confirm your email and you don’t, we delete it after {days} days."
    )
    how_long_unasked: str = (
        "You don’t need to confirm your email. If we asked you to earlier and you didn’t, we "
        "delete it after {days} days."
    )
    visit_language: str = (
        "We also store the language of your browser, and a short code worked out from your "
        "network, so that one person with a script can’t pass for many. Hundreds of networks share "
        "each code, and it’s deleted with the visits."
    )
    address_answers: str = "We also store your answers to our questions."
    address_preorder: str = (
        "If you go on to the pre-order, we store when. What you do on {host} stays between you and "
        "that page."
    )
    first_day: str = "1"
    months: str = (
        "January|February|March|April|May|June|July|August|September|October|November|December"
    )
    long_date: str = "{day}\N{NO-BREAK SPACE}{month}\N{NO-BREAK SPACE}{year}"
    rights: str = "Your rights"
    rights_text: str = (
        "You can ask for a copy of what we store about you, have it corrected or deleted, "
        "and ask not to be counted. You can also complain to your data protection authority."
    )
    signals_text: str = (
        "If your browser sends Global Privacy Control or Do Not Track, we store nothing about "
        "your visit."
    )


@cache
def strings_for(language: str) -> PageStrings:
    """Return the strings for a language tag, by its first part; English for one we do not speak.

    >>> strings_for("de-AT").language, strings_for("tlh").language
    ('de', 'en')
    """
    spoken = {file.stem: file for file in LANGUAGES.glob("*.toml")}
    code = language.lower().partition("-")[0]
    if code not in spoken:
        return PageStrings()

    return PageStrings(**tomllib.loads(spoken[code].read_text(encoding="utf-8")))


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


class NotAWording(ValueError):
    """A text that cannot stand on the page; ``field`` names it, the text says how to fix it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


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
    """Return what differs from the usual words. Raises NotAWording for the first that cannot be."""
    usual = usual_wording(language)
    kept = {}
    for name, typed in wording.items():
        if name not in usual:
            raise NotAWording(str(name)[:40], "This text cannot be changed.")
        text = on_one_line(with_plain_breaks(typed)).strip()
        # Where nothing is kept of `again`, the call to action stands in its place.
        if text and (text != usual[name] or name == "again"):
            kept[name] = _check_words(name, text, usual[name])
    return kept


def _check_words(name: str, text: str, default: str) -> str:
    if fault := find_fault(text, longest_wording(default)):
        raise NotAWording(name, fault)
    needed, found = blanks_of(default), blanks_of(text)
    for blank in sorted(needed - found):
        raise NotAWording(name, f"Keep {{{blank}}}; the page fills it in.")
    for blank in sorted(found - needed):
        raise NotAWording(name, f"Nothing is filled in for {{{blank}}} here. Write the words out.")
    # A brace on its own would break the filling in.
    if re.search("[{}]", _BLANK.sub("", text)):
        raise NotAWording(name, "Leave out braces that hold no name.")
    return text
