"""The words of the tool itself on public pages, in the languages it speaks. Pure.

What the team wrote is in ``copy``; here is only what stands around it. English is written below,
other languages in ``languages/<code>.toml``, where a missing entry falls back to English. Braces
name what a template fills in: ``{product}``, ``{speaker}``, ``{controller}``, ``{contact}``,
``{days}``, ``{price}``, ``{host}`` (where the pre-order is), ``{page}`` (the address of the page),
``{date}`` and ``{end}`` (days in words), and the three parts of ``long_date``.
"""

import tomllib
from functools import cache, lru_cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from wbtest.publishing.copy import PageCopy

LANGUAGES = Path(__file__).with_name("languages")
# The words that a team may say otherwise on its page, in the order in which a visitor meets them.
# That the product does not exist, that a quote is imagined and what the law asks for stay ours.
WORDING = (
    *("your_email", "your_name", "optional", "promise", "today", "difference", "with_product"),
    *("why_now", "questions", "again", "cookie", "privacy", "object_link"),
    *("thanks", "thanks_next", "back", "steps_title", "steps_text", "steps_done", "ask", "asked"),
    *("paused", "paused_text", "ended", "ended_text"),
)


class PageStrings(Struct, frozen=True):
    """Every sentence of the tool that a visitor can read; ``language`` and ``dir`` are its own."""

    language: str = "en"
    dir: str = "ltr"

    # The page
    today: str = "Today"
    difference: str = "The difference"
    with_product: str = "With {product}"
    why_now: str = "Why now"
    imagined: str = "Imagined. Nobody has used {product} yet."
    imagined_by: str = "Imagined customer: {speaker}. Nobody has used {product} yet."
    imagined_quietly: str = "Imagined, as a customer might say it."
    imagined_quietly_by: str = "Imagined customer: {speaker}."
    questions: str = "Questions"
    again: str = "Be among the first"
    cookie: str = "One cookie keeps this page the same for you."
    no_cookie: str = "This page sets no cookie."
    privacy: str = "Privacy"
    object_link: str = "Do not count me"
    preview: str = "Preview. Nobody is counted here."
    from_short: str = "From a short press release."
    approved_alone: str = "Approved alone, on day one."
    sealed: str = "Rule sealed: {seal}."

    # The form
    your_email: str = "Your e-mail"
    your_name: str = "Your name"
    optional: str = "optional"
    leave_empty: str = "Leave this empty"
    not_yet: str = "{product} does not exist yet."
    not_yet_why: str = (
        "We are finding out whether to build it; leave your address and we tell you either way."
    )
    promise: str = "We write to you about {product} and nothing else."
    email_missing: str = "Type your e-mail address."
    email_wrong: str = "This is not a whole e-mail address. Please check it."
    name_long: str = "This name is too long. A shorter form will do."
    form_old: str = "This page was open for a long time. Please send the form once more."
    try_later: str = "That did not reach us. Please try again in a minute."
    too_many: str = "Many addresses came from your network. Please try again in an hour."
    busy: str = "Very many people are signing up right now. Please try again in an hour."

    # After the form
    thanks: str = "Thank you. We have your address."
    thanks_next: str = "We write to you when we have decided, whether it is a yes or a no."
    thanks_confirm: str = (
        "Please open our mail, and confirm there that the address is yours. It can take a few "
        "minutes; look into spam too."
    )
    first_the_truth: str = "Before anything else: {product} does not exist yet."
    truth_why: str = (
        "We showed you the page as if it did, to learn whether we should build it. "
        "You have bought nothing and owe nothing."
    )
    back: str = "Back to the page"
    steps_title: str = "May we ask you something?"
    steps_text: str = "Leave out whatever you like."
    steps_button: str = "Send"
    steps_skip: str = "Skip this"
    answer_long: str = "This answer is too long. 1,000 characters will do."
    call_question: str = "May we call you about {product}?"
    call_text: str = "Say yes, and we write to you first to find a time."
    price_question: str = "The price: {price}. Would you pay it?"
    price_text: str = "Saying yes buys nothing. It tells us whether to build {product}."
    preorder_question: str = "Would you like to pre-order {product}?"
    preorder_text: str = (
        "{product} does not exist yet, and we take no money here. The button opens {host}, where "
        "you can read what you would pay and when you would get it."
    )
    preorder_button: str = "Go to the pre-order"
    yes: str = "Yes"
    no: str = "No"
    steps_done: str = "Thank you. That helps us decide."

    # Our mail to a new address
    mail_subject: str = "{product}: is this your address?"
    mail_why: str = "This address was left for {product} at {page}."
    mail_confirm: str = "If that was you, please confirm it on this page:"
    mail_leave: str = (
        "If it was not you, or whenever you change your mind, have it erased on this page:"
    )
    mail_thanks: str = "{product}: thank you"
    mail_mine: str = "See what we store about you:"

    # Our last mail, with the decision
    closing_subject: str = "{product}: what we decided"
    closing_go: str = (
        "Hello,\n\nyou left your address for {product}. We have decided: we build it. You are one "
        "of those who made up our minds.\n\nThank you."
    )
    closing_iterate: str = (
        "Hello,\n\nyou left your address for {product}. We have decided: we change the idea and "
        "try once more. You helped us to see what it still lacks.\n\nThank you."
    )
    closing_stop: str = (
        "Hello,\n\nyou left your address for {product}. We have decided: we do not build it. You "
        "helped us to find that out early.\n\nThank you."
    )
    closing_why: str = (
        "This mail goes once to everybody who left an address for {product} at {page}."
    )
    closing_leave: str = (
        "We keep your address until {date} at the longest. You can have it erased now on this page:"
    )

    # Confirming and leaving, by the links in our mail
    confirm: str = "Is this your address?"
    confirm_text: str = "Say yes, and we write to you about {product}."
    confirm_button: str = "Yes, it is mine"
    confirmed: str = "Thank you. Your address is confirmed."
    leave: str = "Leave, and have your address erased?"
    leave_text: str = (
        "We erase your address and your name. That somebody signed up stays in our count, without "
        "your name. You hear nothing more about {product}."
    )
    leave_button: str = "Erase my address"
    left: str = "Your address is erased."
    left_text: str = "You hear nothing more about {product}."
    mine: str = "What we store about you"
    mine_text: str = "This is all that belongs to your address on this page."
    mine_file: str = "Download it as a file"
    mine_save: str = "Save the name"
    mine_at: str = "Signed up"
    mine_confirmed: str = "Confirmed"
    mine_words: str = "Words beside the button"
    mine_version: str = "Version of the page"
    mine_source: str = "Came from"
    mine_device: str = "Device"
    mine_language: str = "Language of the browser"
    link_over: str = "This link no longer works."
    link_over_text: str = (
        "It was used already, or it is too old. If you want to hear from us, leave your address on "
        "the page once more."
    )

    # Not being counted
    object_title: str = "Not being counted"
    object_text: str = (
        "Press the button, and your visits to this page are not counted from now on, in this "
        "browser. A cookie without any number in it remembers that. The page stays as it is."
    )
    object_button: str = "Do not count me"
    objected: str = "Your visits are not counted."
    objected_text: str = "It holds for this page in this browser, until you delete its cookies."
    ask: str = "Something is missing? Ask the team."
    ask_button: str = "Ask"
    asked: str = "Thank you. The team reads your question."
    asked_text: str = "It carries no name, so nobody can write back to you."
    ask_missing: str = "Type your question."
    ask_long: str = "This question is too long. Please shorten it."
    ask_over: str = "This page takes no more questions. Write to {contact}."

    # A page that rests or is over
    paused: str = "This page is resting."
    paused_text: str = "Please come back in a while."
    ended: str = "This page is closed."
    ended_text: str = "It takes no more addresses. Whoever left one hears from us."
    ended_unmailed: str = (
        "If we didn’t ask you to confirm your email, we keep it until {date}. To have it deleted "
        "sooner, write to {contact}."
    )
    waiting: str = "{product} does not exist yet. This is its waiting list."
    waiting_text: str = (
        "We write to you when there is news of {product}, and about nothing else. We keep your "
        "address until {date} at the longest, and you can have it erased at any time."
    )
    waiting_next: str = (
        "You are on the waiting list. We write to you when there is news of {product}."
    )

    # Privacy
    responsible: str = "Who is responsible"
    responsible_text: str = "{controller} is responsible for this page. Write to {contact}."
    visit: str = "When you open the page"
    visit_text: str = (
        "We store which version of the page you got, whether it was on your screen, which "
        "questions you opened, how far you read, whether you used the form, when, through which "
        "link you came, and whether you used a phone or a computer. We do not store your IP "
        "address or what your browser calls itself. We count visits to decide what to build: that "
        "is our legitimate interest (GDPR, article 6(1)(f))."
    )
    one_cookie: str = "One cookie"
    one_cookie_text: str = (
        "It holds a random number for this page alone, so that you see the same version each time. "
        "It lasts 13 months at most, also after the test: if we test this idea again, it tells us "
        "to leave your visits out. No other company receives anything."
    )
    without_cookie: str = "No cookie"
    without_cookie_text: str = (
        "From your IP address and from what your browser calls itself we compute a number, with a "
        "key that this page alone has, so that you see the same version each time and are counted "
        "once. We store the number, never what it was made from. After the test we destroy the "
        "key; then nobody can tell whose number it was. People who share a network and a kind of "
        "browser are one person to us. No other company receives anything."
    )
    address: str = "When you leave your address"
    address_text: str = (
        "We store your e-mail address, your name if you give it, the time, and the words beside "
        "the button. We use them to write to you about {product}, with your consent (GDPR, "
        "article 6(1)(a))."
    )
    withdraw_by_link: str = "You can withdraw it at any time by the link in each email."
    withdraw_by_writing: str = "You can withdraw it at any time: write to {contact}."
    how_long: str = "How long"
    how_long_running: str = (
        "For {days} days after the test has ended. It ends on {end} at the latest. Then we erase "
        "it. Totals in which nobody can be recognised stay."
    )
    how_long_until: str = (
        "Until {date}; then we erase it. Totals in which nobody can be recognised stay."
    )
    how_long_list: str = "Whoever joins the waiting list: until {date}."
    how_long_over: str = (
        "The test is over, and what we knew of its visitors is erased. Totals in which nobody can "
        "be recognised stay."
    )
    how_long_copies: str = "Our safety copies forget it {days} days later."
    how_long_pending: str = (
        "If we email you to confirm your address and you don’t, we delete it after {days} days."
    )
    how_long_unasked: str = (
        "You don’t need to confirm your email. If we asked you to earlier and you didn’t, we "
        "delete it after {days} days."
    )
    visit_language: str = (
        "We also store the language of your browser, and a small number worked out from your "
        "network, so that one person with a script can’t pass for many. Hundreds of networks share "
        "each number, and it’s deleted with the visits."
    )
    address_answers: str = "We also store what you answer to our questions."
    address_preorder: str = (
        "If you go on to the pre-order, we store when. What you do on {host} stays between you and "
        "that page."
    )
    first_day: str = "1"
    months: str = (
        "January|February|March|April|May|June|July|August|September|October|November|December"
    )
    long_date: str = "{day}\N{NO-BREAK SPACE}{month}\N{NO-BREAK SPACE}{year}"
    rights: str = "What you can ask for"
    rights_text: str = (
        "A copy of what we store about you, its correction or erasure, and not to be counted. "
        "If we fail you, you can complain to your data protection authority."
    )
    signals_text: str = (
        "If your browser sends Global Privacy Control, we store nothing about your visit."
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
